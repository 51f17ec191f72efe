# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'exchange'
require_relative 'node_source'
require_relative 'october2021'
require_relative 'plugin_field'
require_relative 'resolver_rules'
require_relative 'response_order'

module Schema
  # The executable schema. A field is resolved by a plugin, by the host, or as a member of the value above it.
  class Executable
    # The arguments that ruby-graphql adds for fields resolved here.
    EXTRAS = %i[lookahead argument_details].freeze

    # `host` has `fields`: {type => {field => callable(object, arguments, context)}}, and `references`: {type => callable(id)}.
    # `failed` is called with each exception and the context.
    def initialize(document, instances, host, failed)
      @fields = Hash.new { |fields, type| fields[type] = {} }
      host.fields.each { |type, fields| @fields[type].merge!(fields) }
      @references = host.references
      @loaders = instances.flat_map { |each| each.plugin.loaders.map { |entry| NodeSource::Loader.new(each, entry) } }
      @schema = build(document, failed)
      instances.each { |instance| attach(instance) }
      @fields.each { |type, fields| fields.each_key { |field| @schema.get_type(type).own_fields[field].extras(EXTRAS) } }
    end

    # With the data loader, ruby-graphql would start the next field of a mutation while one waits. Without it the
    # fields run one after the other, each with its selection (GraphQL specification, section 6.2.2).
    def execute(document, exchange, variables:, operation_name:)
      context = { exchange: exchange, executable: self }
      operation = operation(document, operation_name)
      variables = October2021.with_defaults(variables, operation) if operation
      context[:dataloader] = GraphQL::Dataloader::NullDataloader.new if operation&.operation_type == 'mutation'
      result = @schema.execute(document: document, variables: variables, operation_name: operation_name, context: context).to_h
      # The document was rejected: ruby-graphql's paths are paths in the document, not in a response.
      return { 'errors' => result['errors'].map { |error| error.except('path') } } unless result.key?('data')

      result.merge('data' => ResponseOrder.new(document, variables).of(result['data'], [operation.selections]))
    end

    # Loads objects of plugins by ID, with the selected fields. Returns an object, nil or an error for each ID.
    def load(ids, arguments, context)
      tree = SelectionTree.of(arguments[:lookahead].ast_nodes, context.query).merge('__typename' => {})
      exchange = context[:exchange]
      outcomes = if context.query.mutation?
                   NodeSource.new(@loaders, exchange, tree).fetch(ids)
                 else
                   context.dataloader.with(NodeSource, @loaders, exchange, tree).load_all(ids)
                 end
      outcomes.map { |outcome| outcome.object || outcome.error.dup }
    end

    # ---- The interface of ruby-graphql's default_resolve ----

    def call(type, field, object, arguments, context)
      resolve = @fields[type.graphql_name][field.graphql_name]
      complete(resolve ? resolve.call(object, arguments, context) : object[field.graphql_name])
    end

    def resolve_type(_type, object, context)
      context.schema.get_type(object['__typename'])
    end

    def coerce_input(_type, value, _context)
      value
    end

    def coerce_result(_type, value, _context)
      value
    end

    private

    # Returns the operation that will be executed, or nil.
    def operation(document, name)
      operations = document.definitions.grep(Nodes::OperationDefinition)
      operations.find { |each| name.nil? || each.name == name }
    end

    def build(document, failed)
      GraphQL::Schema::BuildFromDefinition
        .from_document(document, default_resolve: self, using: { GraphQL::Dataloader => {}, October2021 => {} })
        .tap { |schema| October2021.restore_descriptions(schema, document) }
        .tap { |schema| schema.rescue_from(StandardError) { |error, _, _, context| raise failed.call(error, context) } }
    end

    def attach(instance)
      instance.plugin.resolvers.each do |resolver|
        root = ResolverRules::ROOTS.include?(resolver.type)
        @fields[resolver.type][resolver.field] = PluginField.new(instance, resolver, root)
      end
    end

    # Completes references from plugins (`__typename` and `id`) to objects of the host.
    def complete(value)
      case value
      when Array then value.map { |each| complete(each) }
      when Hash then reference?(value) ? @references[value['__typename']].call(value['id']) : value
      else value
      end
    end

    def reference?(value)
      value.size == 2 && value.key?('id') && @references.key?(value['__typename'])
    end
  end
end
