# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'definition'

module Schema
  # Corrections where ruby-graphql 1.13 lags behind or deviates from the specification of October 2021.
  module October2021
    # Section 5.8.5: a variable of a non-null type may have a default value. Checks it like one of the nullable type.
    module DefaultsOfNonNullVariables
      def on_variable_definition(node, parent)
        lenient = !node.default_value.nil? && node.type.is_a?(Nodes::NonNullType)
        super(lenient ? node.merge(type: node.type.of_type) : node, parent)
      end
    end

    # Section 4.2.2: the field is named `specifiedByURL`. A type that implements Actor, and therefore Node, lists Node
    # once.
    module Introspection
      class TypeType < GraphQL::Introspection::TypeType
        graphql_name '__Type'
        field :specifiedByURL, String, null: true, camelize: false, resolver_method: :specified_by_url

        def interfaces
          super&.uniq
        end

        def possible_types
          super&.uniq
        end
      end
    end

    # Section 3.5.2: numbers beyond all doubles are refused.
    module FiniteFloats
      def coerce_input(value, context)
        super&.then { |float| float if float.finite? }
      end
    end

    # Section 7.1.2: the error of a field has the field's path, also where a null is not allowed.
    module PathsOfNulls
      def type_error(error, context)
        return super unless error.is_a?(GraphQL::InvalidNullError)

        context.errors << GraphQL::ExecutionError.new(error.message).tap { |located| located.path = context[:current_path] }
      end
    end

    RULES = [DefaultsOfNonNullVariables, *GraphQL::StaticValidation::ALL_RULES].freeze

    GraphQL::Types::Float.singleton_class.prepend(FiniteFloats)

    def self.use(schema)
      schema.introspection(Introspection)
      schema.singleton_class.prepend(PathsOfNulls)
      validator = GraphQL::StaticValidation::Validator.new(schema: schema, rules: RULES)
      schema.define_singleton_method(:static_validator) { validator }
    end

    # ruby-graphql would give an interface the description of the interface that it implements.
    def self.restore_descriptions(schema, document)
      document.definitions.grep(Nodes::InterfaceTypeDefinition).each do |node|
        schema.get_type(node.name).description(node.description)
      end
    end

    EXACT = 1 << 53 # Every integer below is a double.

    # Section 6.1.2: a missing variable gets its default value, also if its type is non-null.
    def self.with_defaults(variables, operation)
      defaults = operation.variables.reject { |each| each.default_value.nil? }
      defaults.to_h { |each| [each.name, plain(each.default_value)] }.merge(variables)
    end

    # Section 3.5.1: an Int may be written 1.0, as in JSON there is only one kind of number.
    def self.integral(value)
      case value
      when Hash then value.transform_values { |each| integral(each) }
      when Array then value.map { |each| integral(each) }
      when Float then value.abs < EXACT && value == value.to_i ? value.to_i : value
      else value
      end
    end

    # Converts a literal to the value that JSON would have.
    def self.plain(value)
      case value
      when Nodes::InputObject then value.arguments.to_h { |argument| [argument.name, plain(argument.value)] }
      when Nodes::Enum then value.name
      when Nodes::NullValue then nil
      when Array then value.map { |each| plain(each) }
      else value
      end
    end
  end
end
