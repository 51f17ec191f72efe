# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'definition'

module Schema
  # Limits of an operation, measured with its fragments expanded. Each fragment is measured once, however often it is
  # spread. ruby-graphql would visit it each time, and compare every two fields of the same response key: even a short
  # document could keep it busy for hours.
  class Limits
    LONGEST_ALIAS = 128 # Keys are part of every row of an answer, and of the path of every error below them.
    MOST_PAIRS = 20_000 # Of fields with the same response key.
    INTROSPECTION = %w[__schema __type].freeze
    INTROSPECTION_WEIGHT = 20 # Fields that one of the introspection counts as: most are those of lists of the whole schema.
    # The fields of introspection that lead from a type to a list, and so to other types and back, and how many of them may
    # be within each other (as in graphql-js' MaxIntrospectionDepthRule).
    LISTS = %w[fields interfaces possibleTypes inputFields].freeze
    MOST_LISTS = 2

    def initialize(max_fields: 10_000, max_depth: 64)
      @max_fields = max_fields
      @max_depth = max_depth
    end

    # Returns a message for a limit that the document exceeds, or nil.
    def excess(document)
      operations = document.definitions.grep(Nodes::OperationDefinition)
      catch(:excess) do
        fragments = fragments_of(document)
        operations.each { |operation| measure(operation, fragments) }
        nil
      end
    end

    private

    # Of several fragments with one name, ruby-graphql would expand one and validate another.
    def fragments_of(document)
      nodes = document.definitions.grep(Nodes::FragmentDefinition)
      nodes.each_with_object({}) do |node, fragments|
        throw :excess, "There can be only one fragment named #{node.name}" if fragments.key?(node.name)
        fragments[node.name] = node
      end
    end

    def measure(operation, fragments)
      fields = Measure.new(fragments, @max_depth).of(operation.selections, 0).first
      throw :excess, "An operation must not select more than #{@max_fields} fields, fragments expanded" if fields > @max_fields

      pairs = Pairs.new(fragments).of([operation.selections])
      throw :excess, 'An operation selects too many fields with one key' if pairs > MOST_PAIRS
    end

    # Counts fields, depth, and lists of introspection within each other.
    class Measure
      # A spread of a fragment that does not exist counts as a field: otherwise a document without fields could be expanded
      # for ever before validation reports it.
      NOWHERE = [1, 0, 0].freeze

      def initialize(fragments, max_depth)
        @fragments = fragments
        @max_depth = max_depth
        @sizes = {} # By the name of a fragment; nil while it is being measured.
      end

      # Returns [fields, depth, lists] of selections that are `above` deep in their operation. The depth bounds the recursion.
      def of(selections, above)
        return [0, 0, 0] if selections.empty?

        check_depth(above)
        fields, depths, lists = selections.map { |selection| of_selection(selection, above + 1) }.transpose
        check_depth(above + depths.max)
        [fields.sum, depths.max + 1, lists.max]
      end

      private

      def check_depth(above)
        throw :excess, "An operation must not be nested more than #{@max_depth} deep, fragments expanded" if above >= @max_depth
      end

      def of_selection(selection, above)
        return of_spread(selection.name, above) if selection.is_a?(Nodes::FragmentSpread)

        size = of(selection.selections, above)
        selection.is_a?(Nodes::Field) ? of_field(selection, *size) : size
      end

      def of_field(field, fields, depth, lists)
        throw :excess, "An alias must not exceed #{LONGEST_ALIAS} characters" if field.alias.to_s.size > LONGEST_ALIAS
        lists += 1 if LISTS.include?(field.name)
        return [fields + 1, depth, lists] unless INTROSPECTION.include?(field.name)

        throw :excess, 'Maximum introspection depth exceeded' if lists > MOST_LISTS
        [1 + fields * INTROSPECTION_WEIGHT, depth, lists]
      end

      def of_spread(name, above)
        return @sizes[name] if @sizes[name]

        fragment = @fragments[name]
        return NOWHERE unless fragment
        throw :excess, 'A fragment must not spread itself' if @sizes.key?(name)

        @sizes[name] = nil
        @sizes[name] = of(fragment.selections, above)
      end
    end

    # Counts the pairs of fields with the same response key, in lists of selections that are merged.
    class Pairs
      def initialize(fragments)
        @fragments = fragments
      end

      def of(lists)
        fields = Hash.new { |hash, key| hash[key] = [] }
        lists.each { |selections| collect(selections, fields) }
        fields.each_value.sum { |below| below.size * (below.size - 1) + of(below) }
      end

      private

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
end
