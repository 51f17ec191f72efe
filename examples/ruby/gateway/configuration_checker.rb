# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require 'json-schema'

module Gateway
  # Checks a configuration against its JSON Schema, and makes the paths absolute that it marks.
  class ConfigurationChecker
    class Invalid < StandardError; end

    # What the package json-schema says of members, and what is said of each instead.
    MEMBERS = {
      'AdditionalProperties' => [/contains additional properties \["(.*)"\] outside of/,
                                 'there is no such setting. Remove it, or look for a misspelling'],
      'Required' => [/did not contain a required property of '(.*)'/, 'it is missing, and has no default']
    }.freeze

    # The same of other mistakes.
    SAYINGS = {
      'TypeV4' => [/of type (\S+) did not match the following type: (\S+)/, 'it must be of the type %2$s, not %1$s'],
      'Enum' => [/did not match one of the following values: (.*)/, 'it must be one of %s'],
      'MinLength' => [/was not of a minimum string length of (\d+)/, 'it is shorter than %s characters'],
      'MaxLength' => [/was not of a maximum string length of (\d+)/, 'it is longer than %s characters'],
      'Minimum' => [/did not have a minimum value of (\S+),/, 'it is less than %s'],
      'Maximum' => [/did not have a maximum value of (\S+),/, 'it is more than %s'],
      'OneOf' => [/matched more than one/, 'more than one of the alternatives is given; remove all but one'],
      'Pattern' => [/did not match the regex '(.*)'/, 'it does not have the form %s']
    }.freeze

    # `schema` is a hash. The package json-schema supports up to draft 6, whose keywords mean the same in 2020-12.
    def initialize(schema, defaults: false)
      @schema = schema.except('$schema')
      @defaults = defaults
    end

    # Returns a copy whose paths are absolute, from the folder: strings for which the schema has `"format": "path"`.
    # Raises Invalid, which lists every mistake.
    def check(value, folder)
      copy = JSON.parse(JSON.generate(value))
      mistakes = JSON::Validator.fully_validate(@schema, copy, errors_as_objects: true, insert_defaults: @defaults,
                                                               parse_data: false)
      raise Invalid, mistakes.flat_map { |mistake| explain(mistake) }.join('; ') if mistakes.any?

      resolve(@schema, copy, folder)
    end

    private

    def resolve(schema, value, folder)
      case value
      when String then schema['format'] == 'path' && !value.empty? ? File.absolute_path(value, folder) : value
      when Array then value.map { |item| resolve(schema.fetch('items', {}), item, folder) }
      when Hash then value.to_h { |name, member| [name, resolve(member_schema(schema, name), member, folder)] }
      else value
      end
    end

    def member_schema(schema, name)
      found = schema.dig('properties', name) || schema['additionalProperties']
      found.is_a?(Hash) ? found : {}
    end

    def explain(mistake)
      place = mistake[:fragment].delete_prefix('#/').split('/')
      pattern, text = MEMBERS[mistake[:failed_attribute]]
      return names_of(mistake, pattern).map { |name| "#{[*place, name].join('.')}: #{text}" } if pattern

      text = choice_of(mistake) || removal_of(mistake, place) || saying_of(mistake)
      ["#{place.empty? ? 'configuration' : place.join('.')}: #{text}"]
    end

    def names_of(mistake, pattern)
      mistake[:message][pattern, 1].split('", "')
    end

    # What alternatives say that each require a member.
    def choice_of(mistake)
      inner = mistake[:errors].to_h.values.flatten
      return if inner.empty? || inner.any? { |each| each[:failed_attribute] != 'Required' }

      names = inner.flat_map { |each| names_of(each, MEMBERS['Required'].first) }
      "#{names.map { |name| "`#{name}`" }.join(' or ')} is required"
    end

    # A setting that was removed has `"not": {}`, and a description that says why.
    def removal_of(mistake, place)
      return unless mistake[:failed_attribute] == 'Not'

      place.inject(@schema) { |schema, name| member_schema(schema, name) }['description']
    end

    def saying_of(mistake)
      pattern, form = SAYINGS[mistake[:failed_attribute]]
      text = mistake[:message].sub(/ in schema \h{8}-\S+\z/, '')
      found = pattern&.match(text)
      found ? format(form, *found.captures) : text.sub(/\AThe property '[^']*' /, '')
    end
  end
end
