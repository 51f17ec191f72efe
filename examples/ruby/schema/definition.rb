# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'

module Schema
  Nodes = GraphQL::Language::Nodes

  # A definition in a schema document, or an extension. Gives all kinds the same interface.
  class Definition
    KINDS = {
      Nodes::ObjectTypeDefinition => 'type', Nodes::ObjectTypeExtension => 'type',
      Nodes::InterfaceTypeDefinition => 'interface', Nodes::InterfaceTypeExtension => 'interface',
      Nodes::InputObjectTypeDefinition => 'input', Nodes::InputObjectTypeExtension => 'input',
      Nodes::EnumTypeDefinition => 'enum', Nodes::EnumTypeExtension => 'enum',
      Nodes::UnionTypeDefinition => 'union', Nodes::UnionTypeExtension => 'union',
      Nodes::ScalarTypeDefinition => 'scalar', Nodes::ScalarTypeExtension => 'scalar',
      Nodes::DirectiveDefinition => 'directive'
    }.freeze
    LISTS = %i[interfaces fields arguments values types directives].freeze
    # The names that a definition lists besides fields, and the words for a missing name.
    NAMES = { 'type' => [:interfaces, 'does not implement'], 'interface' => [:interfaces, 'does not implement'],
              'enum' => [:values, 'has no value'], 'union' => [:types, 'has no member'],
              'directive' => [:locations, "can't be used on"] }.freeze

    # Returns the definitions of a document. Schema definitions are ignored: the root types have their usual names.
    def self.parse(sdl)
      GraphQL.parse(sdl).definitions.grep_v(Nodes::SchemaDefinition).map { |node| new(node) }
    end

    attr_reader :node, :kind

    def initialize(node)
      @node = node
      @kind = KINDS.fetch(node.class) { raise GraphQL::ParseError.new('not a definition of a schema', node.line, node.col, '') }
    end

    def name
      kind == 'directive' ? "@#{node.name}" : node.name
    end

    def extension?
      node.class.name.end_with?('Extension')
    end

    # Returns the fields, or a directive's arguments, by name.
    def fields
      list = node.arguments if kind == 'directive'
      list ||= node.respond_to?(:fields) ? node.fields : []
      list.to_h { |field| [field.name, field] }
    end

    def names
      member, = NAMES[kind]
      member ? node.public_send(member).map(&:name) : []
    end

    def name_missing
      NAMES[kind].last
    end

    # Returns the names of the directives used on the definition, its fields and their arguments.
    def directives
      inner = fields.values + fields.values.flat_map { |field| field.respond_to?(:arguments) ? field.arguments : [] }
      [node, *inner].flat_map { |each| each.respond_to?(:directives) ? each.directives : [] }.map(&:name)
    end

    # Returns the definition merged with an extension.
    def extended_by(extension)
      lists = LISTS.select { |list| node.respond_to?(list) && extension.node.respond_to?(list) }
      Definition.new(node.merge(lists.to_h { |list| [list, node.public_send(list) + extension.node.public_send(list)] }))
    end

    # type_text returns a type in SDL, such as `[ID!]!`; base_name returns the name in it.
    def self.type_text(node)
      node.type.to_query_string
    end

    def self.base_name(type_text)
      type_text.delete('[]!')
    end
  end
end
