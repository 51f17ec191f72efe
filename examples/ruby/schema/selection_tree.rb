# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'inclusion'

module Schema
  # Look-ahead in the form of the ABI: the names of the selected fields, with fragments merged and @skip and @include
  # applied.
  class SelectionTree
    # `fields`: the nodes of one field of a response. Returns nested hashes, from names to the fields below them.
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
