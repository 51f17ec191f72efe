# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'exchange'
require_relative 'limits'
require_relative 'node_loader'
require_relative 'october2021'
require_relative 'plugin_field'
require_relative 'resolver_rules'
require_relative 'response_order'

module Schema
  # The executable schema. A field is resolved by a plugin, by the host, or as a member of the value above it.
  class Executable
    # The arguments that ruby-graphql adds for fields resolved here.
    INTS = (-2**31..2**31 - 1).freeze
    EXTRAS = %i[lookahead argument_details].freeze
    # ruby-graphql quotes a value that does not fit its type, and can't quote a lone surrogate.
    UNQUOTABLE = 'A string with a lone surrogate does not fit the type of its variable'
    MOST_VALUES = 200_000 # Fields of all objects of a response. ruby-graphql completes some 50,000 in a second.
    TEXT = 64 # Bytes of a text, which aliases may repeat, that count as one more field.

    # Ends an execution. Not a StandardError, which would become the error of one field.
    class TooLarge < Exception; end

    # `host` has `fields`: {type => {field => callable(object, arguments, context)}}, and `references`: {type => callable(id)}.
    # `failed` is called with each exception and the context. `organizations`: an Organizations, or nil if the host does not
    # say which exist. `limits`: those of Limits.
    def initialize(document, instances, host, failed, organizations: nil, **limits)
      @limits = Limits.new(**limits)
      @fields = Hash.new { |fields, type| fields[type] = {} }
      host.fields.each { |type, fields| @fields[type].merge!(fields) }
      @references = host.references
      @failed = failed
      @organizations = organizations
      @served = instances.flat_map { |each| each.plugin.resolvers }.to_h { |each| [[each.type, each.field], each.required_fields] }
      @loader = NodeLoader.new(instances, @served)
      @schema = build(document)
      instances.each { |instance| attach(instance) }
      @fields.each { |type, fields| fields.each_key { |field| @schema.get_type(type).own_fields[field].extras(EXTRAS) } }
    end

    # With the data loader, ruby-graphql would start the next field of a mutation while one waits. Without it the
    # fields run one after the other, each with its selection (GraphQL specification, section 6.2.2).
    def execute(document, exchange, variables:, operation_name:)
      excess = @limits.excess(document)
      return refusal(excess) if excess

      context = { exchange: exchange, executable: self, values: 0 }
      operation = operation(document, operation_name)
      variables = October2021.integral(variables)
      variables = October2021.with_defaults(variables, operation) if operation
      context[:dataloader] = GraphQL::Dataloader::NullDataloader.new if operation&.operation_type == 'mutation'
      result = @schema.execute(document: document, variables: variables, operation_name: operation_name, context: context).to_h
      # The document was rejected: ruby-graphql's paths are paths in the document, not in a response.
      return { 'errors' => result['errors'].map { |error| error.except('path') } } unless result.key?('data')

      result.merge('data' => ResponseOrder.new(document, variables).of(result['data'], [operation.selections]))
    rescue TooLarge
      refusal("A response must not have more than #{MOST_VALUES} fields, with one more for each #{TEXT} bytes of a text")
    rescue JSON::GeneratorError
      { 'errors' => [{ 'message' => UNQUOTABLE }] }
    end

    # Loads objects of plugins by ID, with the selected fields. Returns an object, nil or an error for each ID.
    def load(ids, arguments, context)
      @loader.load(ids, arguments, context).map { |outcome| outcome.object || outcome.error.dup }
    end

    # Returns the value of a field without arguments, as it would be in a response.
    def output(type, field, object, context)
      definition = @schema.get_type(type).own_fields[field]
      output_of(definition.type, call_field(type, field, object, {}, context), context)
    end

    # ---- The interface of ruby-graphql's default_resolve ----

    def call(type, field, object, arguments, context)
      name = field.graphql_name
      count(1, context)
      value = complete(call_field(type.graphql_name, name, object, arguments, context), field.type, context)
      count(value.bytesize / TEXT, context) if value.is_a?(String) && !context.query.mutation? # It is made already.
      value
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

    # Counts fields of the response.
    def count(fields, context)
      raise TooLarge if (context[:values] += fields) > MOST_VALUES
    end

    def refusal(message)
      { 'errors' => [{ 'message' => message, 'extensions' => { 'code' => 'VALIDATION_ERROR' } }] }
    end

    # Returns the operation that will be executed, or nil.
    def operation(document, name)
      operations = document.definitions.grep(Nodes::OperationDefinition)
      operations.find { |each| name.nil? || each.name == name }
    end

    def build(document)
      GraphQL::Schema::BuildFromDefinition
        .from_document(document, default_resolve: self, using: { GraphQL::Dataloader => {}, October2021 => {} })
        .tap { |schema| October2021.restore_descriptions(schema, document) }
        .tap { |schema| schema.rescue_from(StandardError) { |error, _, _, context| raise @failed.call(error, context) } }
    end

    def attach(instance)
      instance.plugin.resolvers.each do |resolver|
        root = ResolverRules::ROOTS.include?(resolver.type)
        organizations = @organizations if resolver.type == 'Mutation'
        @fields[resolver.type][resolver.field] = PluginField.new(instance, resolver, root, @served, organizations)
      end
    end

    def call_field(type, field, object, arguments, context)
      resolve = @fields[type][field]
      resolve ? resolve.call(object, arguments, context) : object[field]
    end

    def output_of(type, value, context)
      raise value.dup if value.is_a?(GraphQL::ExecutionError)
      return output_of(type.of_type, value, context) if type.non_null?
      return if value.nil?
      return value.map { |each| output_of(type.of_type, each, context) } if type.list?
      raise "a plugin can't require a field of the type #{type.graphql_name}: only scalars and enums" if type.kind.composite?

      type.coerce_result(value, context)
    end

    # Completes references from plugins (`__typename` and `id`) to objects of the host. ruby-graphql notes in an error
    # where it occurred, so each place needs one of its own.
    def complete(value, type, context)
      case value
      when Array then complete_list(value, type, context)
      when Hash then reference?(value) ? object_of(value, type, context) : value
      when GraphQL::ExecutionError then value.dup
      when Numeric then number(value, type.unwrap.graphql_name, context)
      else value
      end
    end

    # Returns the host's object for a reference. A mutation is done when its references are completed: where there must be an
    # object and the host has none, it is the reference itself, or the client would not learn what was done.
    def object_of(reference, type, context)
      resolve = @references[reference['__typename']]
      return resolve.call(reference['id']) unless type.non_null? && context.query.mutation?

      object = attempt { resolve.call(reference['id']) }
      return object unless object.nil? || object.is_a?(StandardError)

      why = object.nil? ? 'references gives nil' : object.message
      what = "no object for the #{reference['__typename']} #{reference['id']} after a mutation: #{why}"
      @failed.call(RuntimeError.new(what), context)
      reference
    end

    def attempt
      yield
    rescue StandardError => e
      e
    end

    # Section 3.5: only that field has an error whose number is beyond its type, or beyond JSON.
    def number(value, type, context)
      fits = type == 'Int' ? INTS.cover?(value) : type != 'Float' && value.is_a?(Integer) || value.to_f.finite?
      fits ? value : @failed.call(RangeError.new("a number is too large for the type #{type}"), context)
    end

    # ruby-graphql would put nulls into a list that has only errors, even if its members can't be null.
    def complete_list(list, type, context)
      type = type.of_type if type.non_null?
      first = list.first
      if type.of_type.non_null? && first.is_a?(GraphQL::ExecutionError) && list.all?(GraphQL::ExecutionError)
        return first.dup.tap { |error| error.path = context[:current_path] + [0] }
      end
      list.map { |each| complete(each, type.of_type, context) }
    end

    def reference?(value)
      value.size == 2 && value.key?('id') && @references.key?(value['__typename'])
    end
  end
end
