# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require 'json-schema'

module Gateway
  # Reads and checks the configuration that examples/demo-host/config.schema.json describes.
  module Config
    class Invalid < StandardError; end

    SCHEMA = File.expand_path('../../demo-host/config.schema.json', __dir__)
    LOOPBACK = /\A(127\.\d+\.\d+\.\d+|::1|localhost)\z/
    PATHS = [%w[plugins folder], %w[authentication jwt secretFile], %w[authentication jwt jwksFile]].freeze

    # Returns the configuration with defaults and absolute paths. Raises Invalid, which lists every mistake.
    def self.read(file)
      config = parse(file)
      mistakes = JSON::Validator.fully_validate(schema, config, errors_as_objects: true, insert_defaults: true,
                                                                parse_data: false)
      raise Invalid, "#{file}: #{mistakes.map { |mistake| explain(mistake) }.join('; ')}" if mistakes.any?

      PATHS.each { |path| make_absolute(config, *path, File.dirname(file)) }
      return config unless config['authentication']['demo'] && !LOOPBACK.match?(config['host'])

      raise Invalid, "#{file}: authentication.demo lets everybody in, so host must be a loopback address, " \
                     "not #{config['host']}"
    end

    def self.parse(file)
      JSON.parse(File.read(file, encoding: Encoding::UTF_8))
    rescue SystemCallError, JSON::ParserError => e
      raise Invalid, "#{file}: #{e.message}"
    end

    # The package json-schema supports up to draft 6, which has every keyword that the schema uses.
    def self.schema
      JSON.parse(File.read(SCHEMA)).except('$schema')
    end

    def self.explain(mistake)
      where = mistake[:fragment].delete_prefix('#/').tr('/', '.')
      inner = mistake[:errors].to_h.values.flatten.map { |each| explain(each) }
      text = mistake[:message].sub(/ in schema \h{8}-\S+\z/, '').sub(/\AThe property '[^']*' /, '')
      text += ": #{inner.join(', or ')}" if inner.any?
      "#{where.empty? ? 'configuration' : where}: #{text}"
    end

    def self.make_absolute(config, *path, name, folder)
      object = path.empty? ? config : config.dig(*path)
      object[name] = File.expand_path(object[name], folder) if object&.key?(name)
    end

    private_class_method :parse, :schema, :explain, :make_absolute
  end
end
