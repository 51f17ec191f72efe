# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative '../gql/library'
require_relative '../schema/merge'
require_relative 'config'
require_relative 'configuration_checker'
require_relative 'plugin_metrics'

module Gateway
  # The plugins of a folder, each with one instance, or with one for each key. They are bound to the host's schema one after the other.
  class PluginFolder
    Loaded = ::Struct.new(:library, :instance)

    attr_reader :merge

    # `settings` is `plugins` in the configuration. `log` takes (level, message). `instances`: a Gql::Instances, or nil.
    # `base`: the folder from which relative paths of plugins are taken.
    def initialize(runtime, settings, merge, log, instances = nil, base: Dir.pwd)
      @runtime = runtime
      @settings = settings['settings']
      @base = base
      @merge = merge
      @log = log
      @keyed = instances
      @loaded = []
      @refused = {}
      @folder = settings['folder']
      find.each { |path| take(path) }
      report
    rescue StandardError
      close
      raise
    end

    def instances
      @loaded.map(&:instance)
    end

    # How each plugin fares.
    def health
      instances.map do |instance|
        status, reason = instance.health
        { id: instance.plugin.id, status: status, reason: reason }
      end
    end

    # What host and plugins have counted and measured, with at most so many organizations told apart.
    def metrics(organizations)
      PluginMetrics.list(@runtime.metrics + (@keyed&.host_metrics || []), @loaded, health, organizations)
    end

    # Completes the calls under way, then closes everything.
    def close
      @loaded.reverse_each do |loaded|
        loaded.instance.close
        loaded.library.close
      end
      @loaded.clear
    end

    private

    def find
      Gql::Library.find(@folder)
    rescue SystemCallError => e
      raise Config::Invalid, "The plugins folder #{@folder} can't be read: #{Config.reason_of(e)}"
    end

    def take(path)
      library = Gql::Library.new(@runtime, path)
      @loaded << Loaded.new(library, set_up(library, path))
      @log.call(Gql::Abi::LOG_INFO, "loaded plugin #{library.plugin.id} #{library.plugin.version} from #{path}")
    rescue Gql::Refused => e
      @refused[path] = [library&.plugin&.id, e]
    end

    # Creates the instance first, so that a refused configuration leaves nothing in the schema.
    def set_up(library, path)
      check_is_new(library.plugin.id, path)
      instance = open(library, path)
      @merge.add(library.plugin, path)
      instance
    rescue Gql::Refused, Config::Invalid
      instance&.close
      library.close
      raise
    end

    def check_is_new(id, path)
      other = @loaded.map(&:library).find { |library| library.plugin.id == id } or return

      raise Gql::Refused.new(path, "it has the ID #{id}, as #{other.path} has: keep one of the two files")
    end

    # Each configuration is checked against the schema that the plugin publishes.
    def open(library, path)
      config = settings_of(library.plugin.id, path).fetch('config', {})
      checker = ConfigurationChecker.new(JSON.parse(library.plugin.config_schema))
      return @keyed.open(library, config) { |complete| checker.check(complete, @base) } if @keyed&.pooled?(library)

      library.create(checker.check(config, @base))
    rescue ConfigurationChecker::Invalid, JSON::Schema::SchemaError => e
      raise Gql::Refused.new(path, e.message)
    end

    def settings_of(id, path)
      keys = [id, File.basename(path)] & @settings.keys
      return @settings.fetch(keys.first, {}) if keys.size < 2

      raise Config::Invalid, "plugins.settings: #{keys.join(' and ')} are of the same plugin: keep one of them"
    end

    # A failure is reported once: by the exception if the server can't start, otherwise in the log.
    def report
      loaded = @loaded.map { |each| [each.library.plugin.id, File.basename(each.library.path)] }
      all = loaded + @refused.map { |path, (id, _)| [id || 'refused', File.basename(path)] }
      check_required(@settings.keys - loaded.flatten, all)
      check_keyed(all)
      @refused.each_value { |_, failure| @log.call(Gql::Abi::LOG_ERROR, "refused the plugin #{failure.message}") }
      strange = @settings.keys - all.flatten
      @log.call(Gql::Abi::LOG_WARNING, "Settings without a plugin: #{strange.join(', ')}. #{list(all)}") if strange.any?
      @log.call(Gql::Abi::LOG_WARNING, list(all)) if all.empty? && strange.empty?
    end

    def check_required(unused, all)
      missing = unused.select { |key| @settings[key]['required'] }
      return if missing.empty?

      reasons = @refused.values.map { |_, failure| "\n#{failure.message}" }.join
      raise Config::Invalid, "Required plugins are not loaded: #{missing.join(', ')}. #{list(all)}#{reasons}"
    end

    # A misspelt name would be ignored without a word.
    def check_keyed(all)
      other = @keyed&.unknown(all.flatten) || []
      raise Config::Invalid, "plugins.instances.plugins: no plugin has the ID or file name #{other.first}. #{list(all)}" if other.any?
    end

    def list(plugins)
      return "The plugins folder #{@folder} holds no *.so" if plugins.empty?

      "Found: #{plugins.map { |id, name| "#{id} (#{name})" }.join(', ')}"
    end
  end
end
