# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Schema
  # Checks the plugin's tables of resolvers, loaders and references against its schema.
  module ResolverRules
    ROOTS = %w[Query Mutation Subscription].freeze

    private

    def check_resolvers
      served = @plugin.resolvers.map { |resolver| [resolver.type, resolver.field] }
      (served - own_fields).each { |type, field| conflict_of_resolver("#{type}.#{field}", @host[type]&.fields&.key?(field)) }
      twice(served).each { |type, field| conflict("The plugin #{@plugin.id} has two resolvers for `#{type}.#{field}`.") }
      # Fields of root types need a resolver: no value above them could hold theirs.
      own_fields.select { |type, _| ROOTS.include?(type) }.-(served).each do |type, field|
        conflict("The plugin #{@plugin.id} defines `#{type}.#{field}` but has no resolver for it.")
      end
      @plugin.resolvers.each { |resolver| resolver.required_fields.to_a.each { |name| check_required(resolver, name, served) } }
      check_loaders
      check_references
    end

    # What a resolver requires must be in the value above: a plain field of its type.
    def check_required(resolver, name, served)
      field = @merged[resolver.type]&.fields&.[](name)
      why = if field.nil? then 'which the type does not have'
            elsif field.arguments.any? then 'which has arguments'
            elsif served.include?([resolver.type, name]) then 'which has a resolver of its own'
            end
      conflict("The resolver of the plugin #{@plugin.id} for `#{resolver.type}.#{resolver.field}` requires `#{name}`, #{why}.") if why
    end

    def own_fields
      @own.flat_map { |definition| definition.fields.keys.map { |field| [definition.name, field] } }
    end

    def twice(list)
      list.tally.select { |_, count| count > 1 }.keys
    end

    def conflict_of_resolver(field, hosts)
      why = hosts ? "which is the host's" : 'which its schema does not define'
      conflict("The plugin #{@plugin.id} has a resolver for `#{field}`, #{why}.")
    end

    def check_loaders
      own = @own.reject(&:extension?).select { |definition| definition.kind == 'type' }.map(&:name)
      types = @plugin.loaders.map(&:type)
      (types - own).each do |type|
        conflict("The plugin #{@plugin.id} has a loader for `#{type}`, which is not an object type of its own schema.")
      end
      (types & own).each do |type|
        id = @merged[type].fields['id']
        next if id && Definition.type_text(id) == 'ID!'

        conflict("The plugin #{@plugin.id} has a loader for `#{type}`, which has no field `id: ID!`.")
      end
      twice(types).each { |type| conflict("The plugin #{@plugin.id} has two loaders for `#{type}`.") }
    end

    def check_references
      own = @own.reject(&:extension?).map(&:name)
      @plugin.references.each do |type|
        if @merged[type]&.kind != 'type'
          conflict("The plugin #{@plugin.id} refers to `#{type}`, which neither side defines as an object type.")
        elsif own.include?(type)
          conflict("The plugin #{@plugin.id} wants `#{type}` resolved by the host, but defines it itself.")
        end
      end
    end
  end
end
