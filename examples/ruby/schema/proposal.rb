# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative '../gql/abi'
require_relative 'definition'
require_relative 'resolver_rules'
require_relative 'type_rules'

module Schema
  # The schema as it would be with a plugin's parts, and every conflict.
  class Proposal
    include ResolverRules
    include TypeRules

    attr_reader :merged, :conflicts

    # `host`: definitions by name.
    def initialize(host, plugin)
      @host = host
      @plugin = plugin
      @merged = host.dup
      @conflicts = []
      @own = parts(Gql::Abi::PART_OWN).flatten
      @added = @own + lent
      @added.each { |definition| definition.extension? ? extend_by(definition) : define(definition) }
      check_types
      check_resolvers
      @conflicts.uniq!
    end

    private

    def conflict(text)
      @conflicts << text
    end

    def parts(kind)
      @plugin.parts.select { |part| part.kind == kind }.map { |part| Definition.parse(part.sdl) }
    end

    # Returns the common parts that the host does not define. Compares the others with the host's.
    def lent
      present, absent = parts(Gql::Abi::PART_COMMON).partition { |part| part.any? { |each| @host.key?(each.name) } }
      present.flatten.each { |wanted| compare(wanted) }
      absent.flatten
    end

    def define(definition)
      known = @merged[definition.name]
      if known
        owner = @host.key?(definition.name) ? 'the host or a plugin before it' : @plugin.id
        return conflict("The #{definition.kind} `#{definition.name}` of the plugin #{@plugin.id} is already defined by #{owner}.")
      end
      @merged[definition.name] = definition
    end

    def extend_by(extension)
      known = @merged[extension.name]
      return conflict("The plugin #{@plugin.id} extends `#{extension.name}`, which neither side defines.") unless known

      if known.kind != extension.kind
        return conflict("The plugin #{@plugin.id} extends `#{extension.name}` as #{extension.kind}, but it is #{known.kind}.")
      end
      (known.fields.keys & extension.fields.keys).each do |field|
        conflict("The field `#{extension.name}.#{field}` of the plugin #{@plugin.id} is already defined.")
      end
      (known.names & extension.names).each do |name|
        conflict("The plugin #{@plugin.id} adds `#{name}` to `#{extension.name}`, which has it already.")
      end
      @merged[extension.name] = known.extended_by(extension)
    end

    # Compares the host's definition with the plugin's common part. The host's may have more, but not less.
    def compare(wanted)
      found = @host[wanted.name]
      return conflict("The host has no #{wanted.kind} `#{wanted.name}`, which the plugin #{@plugin.id} needs.") unless found

      if found.kind != wanted.kind
        return conflict("`#{wanted.name}` is #{found.kind} in the host, but the plugin #{@plugin.id} needs #{wanted.kind}.")
      end
      wanted.fields.each_value { |field| compare_field(wanted, field, found.fields[field.name]) }
      (wanted.names - found.names).each do |name|
        conflict("The host's #{wanted.kind} `#{wanted.name}` #{wanted.name_missing} `#{name}`, as the plugin #{@plugin.id} needs.")
      end
    end

    def compare_field(owner, wanted, found)
      type = Definition.type_text(wanted)
      if found.nil?
        conflict("The host's #{owner.kind} `#{owner.name}` has no `#{wanted.name}: #{type}`, " \
                 "which the plugin #{@plugin.id} needs.")
      elsif Definition.type_text(found) != type
        conflict("`#{owner.name}.#{wanted.name}` is of type `#{Definition.type_text(found)}` in the host, " \
                 "but the plugin #{@plugin.id} needs `#{type}`.")
      else
        compare_arguments(owner, wanted, found)
      end
    end

    def compare_arguments(owner, wanted, found)
      return unless wanted.respond_to?(:arguments)

      taken = found.arguments.map { |argument| [argument.name, Definition.type_text(argument)] }
      (wanted.arguments.map { |argument| [argument.name, Definition.type_text(argument)] } - taken).each do |name, type|
        conflict("The host's `#{owner.name}.#{wanted.name}` takes no argument `#{name}: #{type}`, " \
                 "which the plugin #{@plugin.id} needs.")
      end
    end
  end
end
