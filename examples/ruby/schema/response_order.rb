# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'inclusion'

module Schema
  # Orders the members of a response like the document (GraphQL specification, section 6.3). ruby-graphql adds them as
  # they become available, so that those which waited for a plugin come last.
  class ResponseOrder
    def initialize(document, variables)
      @variables = variables
      @fragments = document.definitions.grep(Nodes::FragmentDefinition).to_h { |node| [node.name, node] }
      @fields = {}.compare_by_identity
    end

    # `selections`: the lists of selections that apply to one object.
    def of(value, selections)
      case value
      when Array then value.map { |each| of(each, selections) }
      when Hash
        fields = fields_of(selections)
        fields.each_with_object({}) { |(key, below), ordered| ordered[key] = of(value[key], below) if value.key?(key) }
      else value
      end
    end

    private

    # Returns the fields by response key, each with the selections below it. All objects of a list share them.
    def fields_of(selections)
      @fields[selections] ||= {}.tap { |fields| selections.each { |list| collect(list, fields) } }
    end

    def collect(selections, fields)
      selections.each do |selection|
        next unless Inclusion.included?(selection, @variables)

        case selection
        when Nodes::Field then (fields[selection.alias || selection.name] ||= []) << selection.selections
        when Nodes::InlineFragment then collect(selection.selections, fields)
        when Nodes::FragmentSpread then collect(@fragments[selection.name].selections, fields)
        end
      end
    end
  end
end
