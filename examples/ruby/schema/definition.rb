# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'

module Schema
  Nodes = GraphQL::Language::Nodes

  # A definition of a schema document, or an extension of one; all kinds look alike here.
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
    # What else it lists by name, and how to say that a name is not there.
    NAMES = { 'type' => [:interfaces, 'does not implement'], 'interface' => [:interfaces, 'does not implement'],
              'enum' => [:values, 'lacks the value'], 'union' => [:types, 'lacks the member'],
              'directive' => [:locations, "can't be used on"] }.freeze

    # Those of a document; a schema definition is left to the roots' usual names.
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

    # Fields, or what a directive takes, by name.
    def fields
      list = node.arguments if kind == 'directive'
      list ||= node.respond_to?(:fields) ? node.fields : []
      list.to_h { |field| [field.name, field] }
    end

    def names
      member, = NAMES[kind]
      member ? node.public_send(member).map(&:name) : []
    end

    def lacks_name
      NAMES[kind].last
    end

    # With the directives of all that is inside.
    def directives
      inner = fields.values + fields.values.flat_map { |field| field.respond_to?(:arguments) ? field.arguments : [] }
      [node, *inner].flat_map { |each| each.respond_to?(:directives) ? each.directives : [] }.map(&:name)
    end

    # With what an extension adds.
    def extended_by(extension)
      lists = LISTS.select { |list| node.respond_to?(list) && extension.node.respond_to?(list) }
      Definition.new(node.merge(lists.to_h { |list| [list, node.public_send(list) + extension.node.public_send(list)] }))
    end

    # A type as SDL writes it, `[ID!]!`; and the name inside of it.
    def self.type_text(node)
      node.type.to_query_string
    end

    def self.base_name(type_text)
      type_text.delete('[]!')
    end
  end
end
