# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'inclusion'

module Schema
  # Look-ahead as the ABI wants it: the names of the fields below, after fragments were merged and @skip and @include applied.
  class SelectionTree
    # `fields`: the nodes of one field of a response. Gives hashes from names to what is below them.
    def self.of(fields, query)
      new(query).tap { |tree| fields.each { |field| tree.add(field.selections) } }.root
    end

    attr_reader :root

    def initialize(query)
      @query = query
      @root = {}
    end

    def add(selections, tree = @root)
      selections.each do |selection|
        next unless Inclusion.included?(selection, @query.variables)

        case selection
        when Nodes::Field then add(selection.selections, tree[selection.name] ||= {})
        when Nodes::InlineFragment then add(selection.selections, tree)
        when Nodes::FragmentSpread then add(@query.fragments[selection.name].selections, tree)
        end
      end
    end
  end
end
