# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'definition'

module Schema
  # @skip and @include (GraphQL specification, section 3.13).
  module Inclusion
    # `variables`: any object that has [name].
    def self.included?(selection, variables)
      selection.directives.all? do |directive|
        case directive.name
        when 'skip' then !condition(directive, variables)
        when 'include' then condition(directive, variables)
        else true
        end
      end
    end

    def self.condition(directive, variables)
      value = directive.arguments.first.value
      value.is_a?(Nodes::VariableIdentifier) ? variables[value.name] : value
    end

    private_class_method :condition
  end
end
