# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'configuration_checker'

module Gateway
  # Reads and checks the configuration that examples/demo-host/config.schema.json describes.
  module Config
    class Invalid < StandardError; end

    SCHEMA = File.expand_path('../../demo-host/config.schema.json', __dir__)
    LOOPBACK = /\A(127\.\d+\.\d+\.\d+|::1|localhost)\z/

    # Returns the configuration with defaults, absolute paths and its `folder`. Raises Invalid, which lists every
    # mistake.
    def self.read(file)
      folder = File.dirname(File.expand_path(file))
      config = check(file, parse(file), folder).merge('folder' => folder)
      return config unless config['authentication']['demo'] && !LOOPBACK.match?(config['host'])

      raise Invalid, "#{file}: authentication.demo lets everybody in, so host must be a loopback address, " \
                     "not #{config['host']}"
    end

    def self.parse(file)
      JSON.parse(File.read(file, encoding: Encoding::UTF_8))
    rescue SystemCallError, JSON::ParserError => e
      raise Invalid, "#{file}: #{e.message}"
    end

    def self.check(file, config, folder)
      ConfigurationChecker.new(JSON.parse(File.read(SCHEMA)), defaults: true).check(config, folder)
    rescue ConfigurationChecker::Invalid => e
      raise Invalid, "#{file}: #{e.message}"
    end

    private_class_method :parse, :check
  end
end
