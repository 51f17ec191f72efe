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

    # What a shell would replace: nothing does so in this file.
    VARIABLE = %r{\$\{\w+\}|\A\$\w+(?=/|\z)|\A~(?=/|\z)}

    # Returns the configuration with defaults, absolute paths and its `folder`. Raises Invalid, which lists every
    # mistake.
    def self.read(file)
      folder = File.dirname(File.expand_path(file))
      config = check(file, parse(file), folder).merge('folder' => folder)
      refused = %w[auditEvents webhooks].find { |name| config[name] }
      raise Invalid, "#{file}: #{refused}: only the example gateways on Node use events: remove it here" if refused
      raise Invalid, "#{file}: plugins.trustedKeys: only the example gateways on Node check signatures: remove it here" if config['plugins']['trustedKeys']

      return config unless config['authentication']['demo'] && !LOOPBACK.match?(config['host'])

      raise Invalid, "#{file}: authentication.demo lets everybody in, so host must be a loopback address, " \
                     "not #{config['host']}"
    end

    # Reads a file of the operator's. `what` names it in the failure: the setting, for example.
    def self.read_text(file, what)
      File.read(file, encoding: Encoding::UTF_8)
    rescue SystemCallError => e
      raise Invalid, "#{what}: #{file} can't be read: #{reason_of(e)}"
    end

    # Without the path and the function that Ruby adds.
    def self.reason_of(error)
      error.message.sub(/ @ \w+ - .*\z/m, '')
    end

    def self.parse(file)
      JSON.parse(read_text(file, 'The configuration'))
    rescue JSON::ParserError => e
      raise Invalid, "#{file}: not JSON: #{e.message}"
    end

    # Returns a mistake for each string with a variable, which would be taken literally.
    def self.variables_in(value, path = [])
      case value
      when Hash then value.flat_map { |name, member| variables_in(member, [*path, name]) }
      when Array then value.each_with_index.flat_map { |member, index| variables_in(member, [*path, index]) }
      when VARIABLE then ["#{path.join('.')}: #{value[VARIABLE]} is not replaced in this file: write what it stands for"]
      else []
      end
    end

    def self.check(file, config, folder)
      variables = variables_in(config)
      raise Invalid, "#{file}: #{variables.join('; ')}" if variables.any?

      ConfigurationChecker.new(JSON.parse(File.read(SCHEMA)), defaults: true).check(config, folder)
    rescue ConfigurationChecker::Invalid => e
      raise Invalid, "#{file}: #{e.message}"
    end

    private_class_method :parse, :variables_in, :check
  end
end
