# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'

module Gateway
  # Limits that a document must meet before it is processed. Even a short document could keep ruby-graphql
  # busy for hours, because it visits a fragment each time it is spread, and compares every two fields of the
  # same response key.
  class Limits
    TOKENS = 5000
    NESTING = 200 # Of braces, brackets and parentheses in the text.

    # These are counted with fragments expanded.
    DEPTH = 100
    FIELDS = 10_000
    PAIRS = 20_000 # Of fields with the same response key.

    OPENING = %i[LCURLY LBRACKET LPAREN].freeze
    CLOSING = %i[RCURLY RBRACKET RPAREN].freeze
    Nodes = GraphQL::Language::Nodes

    # of_text and of_document return a message for a limit that is exceeded, or nil.
    def self.of_text(text)
      return if text.bytesize <= NESTING # Too short to exceed a limit.

      tokens = GraphQL.scan(text)
      return "A document must not have more than #{TOKENS} tokens" if tokens.size > TOKENS

      depth = 0
      deepest = tokens.map { |token| depth += step(token.name) }.max
      "A document must not be nested more than #{NESTING} deep" if deepest.to_i > NESTING
    end

    def self.step(token)
      return 1 if OPENING.include?(token)

      CLOSING.include?(token) ? -1 : 0
    end

    def self.of_document(document)
      new(document).excess
    end

    private_class_method :step

    def initialize(document)
      @operations = document.definitions.grep(Nodes::OperationDefinition)
      @fragments = document.definitions.grep(Nodes::FragmentDefinition).to_h { |node| [node.name, node] }
      @measured = {}
    end

    def excess
      catch(:endless) do
        @operations.map { |operation| excess_of(operation.selections) }.compact.first
      end
    end

    private

    def excess_of(selections)
      fields, depth = measure(selections)
      return "An operation must not select more than #{FIELDS} fields, fragments expanded" if fields > FIELDS
      return "An operation must not be nested more than #{DEPTH} deep, fragments expanded" if depth > DEPTH

      'An operation selects too many fields with one key' if pairs([selections]) > PAIRS
    end

    # Returns [fields, depth] of a list of selections.
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

    # Counts the pairs of fields with the same response key, in lists of selections that are merged.
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
