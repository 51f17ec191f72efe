# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'inclusion'

module Schema
  # Look-ahead in the form of the ABI: the names of the selected fields, with fragments merged and @skip and @include
  # applied. Fields that plugins resolve are left out of the value above them; what their resolvers require is added.
  class SelectionTree
    TYPENAME = '__typename'

    # `nodes`: those of one field of a response. `type`: the field's type, or that of a loader. `served`: the fields that
    # plugins resolve, {[type, field] => required fields}. Returns nested hashes, from names to the fields below them.
    def self.of(nodes, type, served, query)
      tree = new(served, query)
      nodes.each { |node| tree.add_below(node.selections, tree.object_types(type), tree.root) }
      tree.root
    end

    attr_reader :root

    def initialize(served, query)
      @served = served
      @query = query
      @root = {}
    end

    # Returns the object types that a value of a type may have.
    def object_types(type)
      return [type] if type.kind.object?

      type.kind.abstract? ? @query.possible_types(type) : []
    end

    # An object of which nothing is needed must not look like a leaf.
    def add_below(selections, types, tree)
      return if selections.empty?

      add(selections, types, tree)
      tree[TYPENAME] = {} if tree.empty?
    end

    private

    # `types`: the object types that the object may have.
    def add(selections, types, tree)
      selections.each do |selection|
        next unless Inclusion.included?(selection, @query.variables)

        case selection
        when Nodes::Field then add_field(selection, types, tree)
        when Nodes::InlineFragment then add_fragment(selection, types, tree)
        when Nodes::FragmentSpread then add_fragment(@query.fragments[selection.name], types, tree)
        end
      end
    end

    def add_fragment(fragment, types, tree)
      types &= object_types(@query.get_type(fragment.type.name)) if fragment.type
      add(fragment.selections, types, tree) if types.any?
    end

    def add_field(selection, types, tree)
      plain = types.reject { |type| add_required(type, selection.name, tree) }
      return if plain.empty?

      below = tree[selection.name] ||= {}
      outputs = plain.flat_map { |type| output_types(type, selection.name) }.uniq
      add_below(selection.selections, outputs, below)
    end

    def output_types(type, field)
      definition = type.get_field(field)
      definition ? object_types(definition.type.unwrap) : []
    end

    # Adds what the resolver of a field requires. Returns false if the field has none.
    def add_required(type, field, tree)
      required = @served[[type.graphql_name, field]] or return false
      required.each { |name| tree[name] ||= {} unless add_required(type, name, tree) }
      true
    end
  end
end
