# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'selection_tree'

module Schema
  # A field that a plugin serves.
  class PluginField
    # `served`: see SelectionTree. `organizations` is asked before a call; nil: nobody is.
    def initialize(instance, resolver, root, served, organizations = nil)
      @instance = instance
      @resolver = resolver
      @root = root
      @served = served
      @organizations = organizations
    end

    # `arguments` includes Executable::EXTRAS, unless the field is one that another requires.
    def call(object, arguments, context)
      values = plain(arguments[:argument_details] || {})
      @organizations&.check(values, context[:exchange])
      given = context[:exchange].write(values)
      parent = @root ? nil : JSON.generate(parent_of(object, context))
      lookahead = arguments[:lookahead]
      call = @instance.start(@resolver, context[:exchange].request, given, parent: parent, tree: tree_of(lookahead, context.query),
                                                                           response_name: response_name(lookahead))
      context[:exchange].value(call, context)
    end

    private

    def tree_of(lookahead, query)
      lookahead ? SelectionTree.of(lookahead.ast_nodes, lookahead.field.type.unwrap, @served, query) : {}
    end

    # Of a mutation. All nodes of one field have the same.
    def response_name(lookahead)
      return unless @resolver.type == 'Mutation'

      node = lookahead.ast_nodes.first
      node.alias || node.name
    end

    # The plugin gets what its resolver requires, never the whole object, which may be the host's.
    def parent_of(object, context)
      required = @resolver.required_fields.to_h do |name|
        [name, context[:executable].output(@resolver.type, name, object, context)]
      end
      { '__typename' => @resolver.type, **required }
    end

    # Returns the coerced arguments by their names in the schema, not their Ruby names.
    def plain(value)
      case value
      when GraphQL::Execution::Interpreter::Arguments
        value.each_value.to_h { |argument| [argument.definition.graphql_name, plain(argument.value)] }
      when GraphQL::Schema::InputObject then plain(value.arguments)
      when Array then value.map { |each| plain(each) }
      else value
      end
    end
  end
end
