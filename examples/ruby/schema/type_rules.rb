# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'definition'

module Schema
  # The rules of the type system that a merge can break (GraphQL specification of October 2021, section 3). ruby-graphql
  # does not check them: a type would silently inherit the missing fields of an interface.
  module TypeRules
    SCALARS = %w[Int Float String Boolean ID].freeze
    DIRECTIVES = %w[skip include deprecated specifiedBy].freeze

    private

    def check_types
      @added.each do |definition|
        check_members(definition)
        check_directives(definition)
      end
      # Includes the host's types, which an extension of an interface affects.
      @merged.each_value { |definition| check_interfaces(definition) if %w[type interface].include?(definition.kind) }
    end

    def check_members(definition)
      input = %w[input directive].include?(definition.kind)
      definition.fields.each_value do |field|
        check_type("#{definition.name}.#{field.name}", field, input)
        next unless field.respond_to?(:arguments)

        field.arguments.each { |argument| check_type("#{definition.name}.#{field.name}", argument, true) }
      end
      return unless definition.kind == 'union'

      definition.names.reject { |name| @merged[name]&.kind == 'type' }.each do |name|
        conflict("The union `#{definition.name}` has the member `#{name}`, which is not an object type.")
      end
    end

    # Arguments and input fields need input types, other fields output types (section 3.4.2).
    def check_type(where, node, input)
      name = Definition.base_name(Definition.type_text(node))
      return if SCALARS.include?(name)

      kind = @merged[name]&.kind
      if kind.nil?
        conflict("`#{where}` of the plugin #{@plugin.id} is of type `#{name}`, which neither side defines.")
      elsif !%w[scalar enum].include?(kind) && (kind == 'input') != input
        conflict("`#{where}` of the plugin #{@plugin.id} can't be of type `#{name}`, which is #{kind}.")
      end
    end

    def check_directives(definition)
      (definition.directives - DIRECTIVES).reject { |name| @merged.key?("@#{name}") }.each do |name|
        conflict("The plugin #{@plugin.id} uses `@#{name}` at `#{definition.name}`, which neither side defines.")
      end
    end

    def check_interfaces(definition)
      definition.names.each do |name|
        interface = @merged[name]
        if interface&.kind != 'interface'
          conflict("`#{definition.name}` implements `#{name}`, which is not an interface.")
          next
        end
        interface.fields.each_value { |promised| check_promise(definition, interface, promised) }
        (interface.names - definition.names).each do |parent|
          conflict("`#{definition.name}` implements `#{name}`, so it must also implement `#{parent}`.")
        end
      end
    end

    def check_promise(definition, interface, promised)
      field = definition.fields[promised.name]
      type = Definition.type_text(promised)
      where = "#{definition.name}.#{promised.name}"
      if field.nil?
        conflict("`#{definition.name}` has no field `#{promised.name}: #{type}` of the interface `#{interface.name}`.")
      elsif !subtype?(Definition.type_text(field), type)
        conflict("`#{where}` is of type `#{Definition.type_text(field)}`, which is not compatible with `#{type}` of the interface " \
                 "`#{interface.name}`.")
      else
        check_arguments(where, interface, field, promised)
      end
    end

    def check_arguments(where, interface, field, promised)
      arguments = field.arguments.to_h { |argument| [argument.name, argument] }
      promised.arguments.each do |argument|
        found = arguments.delete(argument.name)
        type = Definition.type_text(argument)
        next if found && Definition.type_text(found) == type

        conflict("`#{where}` has no argument `#{argument.name}: #{type}` of the interface `#{interface.name}`.")
      end
      arguments.each_value do |argument|
        next unless Definition.type_text(argument).end_with?('!') && argument.default_value.nil?

        conflict("`#{where}` requires the argument `#{argument.name}`, which the interface `#{interface.name}` does not have.")
      end
    end

    # Both types are written as in SDL.
    def subtype?(type, of)
      return type.end_with?('!') && subtype?(type.chop, of.chop) if of.end_with?('!')

      type = type.delete_suffix('!')
      return of.start_with?('[') && subtype?(type[1..-2], of[1..-2]) if type.start_with?('[')

      type == of || [*@merged[type]&.names].include?(of) || (@merged[of]&.kind == 'union' && @merged[of].names.include?(type))
    end
  end
end
