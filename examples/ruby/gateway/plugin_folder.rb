# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative '../gql/library'
require_relative '../schema/merge'
require_relative 'config'

module Gateway
  # The plugins of a folder, each with one instance. They are bound to the host's schema one after the other.
  class PluginFolder
    Loaded = ::Struct.new(:library, :instance)

    attr_reader :merge

    # `settings` is `plugins` in the configuration. `log` takes (level, message).
    def initialize(runtime, settings, merge, log)
      @runtime = runtime
      @settings = settings['settings']
      @merge = merge
      @log = log
      @loaded = []
      @refused = []
      find(settings['folder']).each { |path| take(path) }
      check_required
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

    # Completes the calls under way, then closes everything.
    def close
      @loaded.reverse_each do |loaded|
        loaded.instance.close
        loaded.library.close
      end
      @loaded.clear
    end

    private

    def find(folder)
      Gql::Library.find(folder)
    rescue SystemCallError => e
      raise Config::Invalid, "The plugins folder #{folder} can't be read: #{e.message}"
    end

    def take(path)
      library = Gql::Library.new(@runtime, path)
      @loaded << Loaded.new(library, set_up(library, path))
      @log.call(Gql::Abi::LOG_INFO, "loaded plugin #{library.plugin.id} #{library.plugin.version} from #{path}")
    rescue Gql::Refused => e
      @refused << e
      @log.call(Gql::Abi::LOG_ERROR, "refused the plugin #{e.message}")
    end

    # Creates the instance first, so that a refused configuration leaves nothing in the schema.
    def set_up(library, path)
      instance = library.create(settings_of(library.plugin.id, path).fetch('config', {}))
      @merge.add(library.plugin, path)
      instance
    rescue Gql::Refused
      instance&.close
      library.close
      raise
    end

    def settings_of(id, path)
      @settings[id] || @settings[File.basename(path)] || {}
    end

    def check_required
      names = @loaded.flat_map { |loaded| [loaded.library.plugin.id, File.basename(loaded.library.path)] }
      missing = @settings.select { |_, own| own['required'] }.keys - names
      return if missing.empty?

      raise Config::Invalid, "Required plugins are not loaded: #{missing.join(', ')}.\n#{@refused.map(&:message).join("\n")}"
    end
  end
end
