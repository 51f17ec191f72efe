# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'selection_tree'

module Schema
  # A field that a plugin serves.
  class PluginField
    def initialize(instance, resolver, root)
      @instance = instance
      @resolver = resolver
      @root = root
    end

    # `arguments` includes Executable::EXTRAS.
    def call(object, arguments, context)
      given = JSON.generate(plain(arguments[:argument_details]))
      tree = SelectionTree.of(arguments[:lookahead].ast_nodes, context.query)
      parent = @root ? nil : JSON.generate(object)
      call = @instance.start(@resolver, context[:exchange].request, given, parent: parent, tree: tree)
      context[:exchange].value(call, context)
    end

    private

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
