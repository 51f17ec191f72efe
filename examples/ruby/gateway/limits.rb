# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'

module Gateway
  # What a document may cost, before anything is done for it: a short one could keep ruby-graphql busy for hours, since it
  # follows a fragment each time it is spread, and compares all fields that answer to one key with each other.
  class Limits
    TOKENS = 5000
    NESTING = 200 # Of braces, brackets and parentheses in the text.

    # These count with fragments put in place.
    DEPTH = 100
    FIELDS = 10_000
    PAIRS = 20_000 # Of fields that answer to one key.

    OPENING = %i[LCURLY LBRACKET LPAREN].freeze
    CLOSING = %i[RCURLY RBRACKET RPAREN].freeze
    Nodes = GraphQL::Language::Nodes

    # Each gives a message, or nil.
    def self.of_text(text)
      return if text.bytesize <= NESTING # Then it can have no more of anything.

      tokens = GraphQL.scan(text)
      return "A document has at most #{TOKENS} tokens" if tokens.size > TOKENS

      depth = 0
      deepest = tokens.map { |token| depth += step(token.name) }.max
      "A document is nested at most #{NESTING} deep" if deepest.to_i > NESTING
    end

    def self.step(token)
      return 1 if OPENING.include?(token)

      CLOSING.include?(token) ? -1 : 0
    end

    def self.of_document(document)
      new(document).trouble
    end

    private_class_method :step

    def initialize(document)
      @operations = document.definitions.grep(Nodes::OperationDefinition)
      @fragments = document.definitions.grep(Nodes::FragmentDefinition).to_h { |node| [node.name, node] }
      @measured = {}
    end

    def trouble
      catch(:endless) do
        @operations.map { |operation| trouble_of(operation.selections) }.compact.first
      end
    end

    private

    def trouble_of(selections)
      fields, depth = measure(selections)
      return "An operation selects at most #{FIELDS} fields, counted where fragments are spread" if fields > FIELDS
      return "An operation is nested at most #{DEPTH} deep, fragments included" if depth > DEPTH

      'An operation selects too many fields that answer to one key' if pairs([selections]) > PAIRS
    end

    # [fields, depth] of a list of selections.
    def measure(selections)
      sizes = selections.map { |selection| measure_one(selection) }
      [sizes.sum(&:first), (sizes.map(&:last).max || 0) + 1]
    end

    def measure_one(selection)
      return spread(selection.name) if selection.is_a?(Nodes::FragmentSpread)

      fields, depth = measure(selection.selections)
      selection.is_a?(Nodes::Field) ? [fields + 1, depth] : [fields, depth]
    end

    # Each fragment is measured once.
    def spread(name)
      return @measured[name] if @measured[name]

      throw :endless, "Fragment #{name} spreads itself" if @measured.key?(name)
      @measured[name] = nil
      @measured[name] = measure(@fragments[name]&.selections.to_a)
    end

    # Of lists of selections whose fields are merged.
    def pairs(lists)
      fields = Hash.new { |hash, key| hash[key] = [] }
      lists.each { |selections| collect(selections, fields) }
      fields.each_value.sum { |below| below.size * (below.size - 1) + pairs(below) }
    end

    def collect(selections, fields)
      selections.each do |selection|
        case selection
        when Nodes::Field then fields[selection.alias || selection.name] << selection.selections
        when Nodes::InlineFragment then collect(selection.selections, fields)
        when Nodes::FragmentSpread then collect(@fragments[selection.name]&.selections.to_a, fields)
        end
      end
    end
  end
end
