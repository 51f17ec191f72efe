# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'node_source'

module Schema
  # Finds the type that an ID belongs to, and loads the objects.
  class NodeLoader
    Outcome = NodeSource::Outcome

    # `served`: see SelectionTree.
    def initialize(instances, served)
      @loaders = instances.flat_map { |each| each.plugin.loaders.map { |entry| NodeSource::Loader.new(each, entry) } }
      @served = served
    end

    # Returns an outcome for each ID, in their order.
    def load(ids, arguments, context)
      outcomes, claimed = ids.uniq.to_h { |id| [id, owner(id)] }.partition { |_, owner| owner.is_a?(Outcome) }.map(&:to_h)
      pending = claimed.keys.group_by { |id| claimed[id] }.map do |loader, group|
        [group, start(loader, group, arguments[:lookahead].ast_nodes, context)]
      end
      pending.each { |group, batch| outcomes.merge!(group.zip(batch.call).to_h) }
      ids.map { |id| outcomes[id] }
    end

    private

    # Returns the loader of the one type that claims the ID, or an outcome if there are none or several.
    def owner(id)
      return Outcome.new unless id.valid_encoding?

      owners = @loaders.select { |loader| loader.entry.owns?(id) }
      return owners.first || Outcome.new if owners.size < 2

      error = GraphQL::ExecutionError.new("The ID may belong to #{owners.first(2).join(' and to ')}",
                                          extensions: { 'code' => Gql::Abi::CODE_INTERNAL_ERROR })
      Outcome.new(nil, error)
    end

    # Returns a function that waits for the outcomes. Mutations do not use the data loader; see Schema::Executable.
    def start(loader, ids, nodes, context)
      type = context.query.get_type(loader.entry.type)
      tree = SelectionTree.of(nodes, type, @served, context.query).merge(SelectionTree::TYPENAME => {})
      return -> { NodeSource.new(loader, context[:exchange], tree).fetch(ids) } if context.query.mutation?

      requests = ids.map { |id| context.dataloader.with(NodeSource, loader, context[:exchange], tree).request(id) }
      -> { requests.map(&:load) }
    end
  end
end
