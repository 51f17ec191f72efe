# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative '../gql/refused'
require_relative 'proposal'

module Schema
  # The host's schema, to which plugins add their parts.
  class Merge
    def initialize(sdl)
      @definitions = Definition.parse(sdl).to_h { |definition| [definition.name, definition] }
    end

    # Adds all parts of a plugin, or raises Gql::Refused with every conflict and adds none.
    def add(plugin, path)
      proposal = Proposal.new(@definitions, plugin)
      raise Gql::Refused.new(path, *proposal.conflicts) if proposal.conflicts.any?

      @definitions = proposal.merged
    rescue GraphQL::ParseError => e
      raise Gql::Refused.new(path, "its schema can't be read: #{e.message}")
    end

    def document
      Nodes::Document.new(definitions: @definitions.values.map(&:node))
    end
  end
end
