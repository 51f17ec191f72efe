# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'time'
require_relative '../gql/runtime'
require_relative '../schema/executable'
require_relative '../schema/organizations'
require_relative 'app'
require_relative 'authentication'
require_relative 'config'
require_relative 'demo_host'
require_relative 'health'
require_relative 'limited_client'
require_relative 'listener'
require_relative 'metrics_server'
require_relative 'outbox'
require_relative 'plugin_folder'
require_relative 'tenant'
require_relative 'unblocked_server'

module Gateway
  # The server, from its configuration file to a clean stop.
  class Server
    # Each request occupies a thread, which mostly waits for the disk. The plugin commits concurrent writes in
    # one batch, so more threads give larger batches.
    THREADS = { min_threads: 4, max_threads: 64 }.freeze
    GRACE = 10 # Seconds that answers under way have when the server stops.
    LIMITS = { first_data_timeout: 30, force_shutdown_after: GRACE }.freeze # Seconds.
    # Messages quote what clients send: none may forge a line, steer a terminal, or fill the disk.
    UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u2065]|[\u{e0000}-\u{e0fff}]/
    LONGEST_LINE = 8192 # Characters.
    LEVELS = %w[error warning info debug].freeze # 1 to 4 in the ABI.

    # Returns after a signal has stopped the server.
    def self.run(file)
      server = new(Config.read(file))
      signals = Queue.new
      %w[INT TERM].each { |name| trap(name) { signals << name } }
      server.start
      server.stop("SIG#{signals.pop}")
    end

    def initialize(config)
      @config = config
      @level = LEVELS.index(config['logLevel']) + 1
      @output = Mutex.new
    end

    def start
      authentication = Authentication.new(@config['authentication'])
      runtime = Gql::Runtime.new(name: 'ruby-example', version: '0.1.0', log: method(:log), log_level: @level)
      merge = Schema::Merge.new(File.read(DemoHost::SCHEMA))
      @instances = Tenant.instances(@config['plugins']['instances'])
      @plugins = PluginFolder.new(runtime, @config['plugins'], merge, method(:log), @instances, base: @config['folder'])
      @health = Health.new(@plugins.method(:health), method(:log))
      app = App.new(executable(merge.document), authentication, @config, method(:log), @health)
      @metrics = MetricsServer.start(@plugins, @health, @config['metrics'], method(:log)) if @config['metrics']
      listen(app)
    rescue StandardError
      @metrics&.stop
      @plugins&.close
      raise
    end

    # Answers the requests under way, completes the calls that nobody waits for, then closes the plugins.
    def stop(reason)
      log(Gql::Abi::LOG_INFO, "#{reason}: stopping")
      @health.stop
      deadline = Gql::Request.now + (GRACE * 1_000_000_000)
      @server.stop(true)
      @outbox.stop([deadline - Gql::Request.now, 0].max / 1e9)
      @metrics&.stop
      @plugins.close
      log(Gql::Abi::LOG_INFO, 'stopped')
    end

    private

    def log(level, message, trace_id = nil)
      return if level > @level

      trace = trace_id ? " trace=#{trace_id}" : ''
      line = "#{Time.now.utc.iso8601(3)} #{LEVELS.fetch(level - 1, 'info')} #{shown(message)}#{trace}\n"
      @output.synchronize { $stderr.write(line) }
    end

    def shown(message)
      text = message.dup.force_encoding(Encoding::UTF_8).scrub
      left = text.size - LONGEST_LINE
      line = text[0, LONGEST_LINE].gsub(UNSAFE) { |character| escaped(character) }
      left.positive? ? "#{line}… (#{left} more characters)" : line
    end

    def escaped(character)
      return '\n' if character == "\n"

      format(character.ord > 0xffff ? '\u{%x}' : '\u%04x', character.ord)
    end

    def executable(document)
      failed = ->(error, context) { App.failure(error, context, method(:log)) }
      host = DemoHost.new(@config['organizations'])
      Schema::Executable.new(document, @plugins.instances, host, failed, organizations: organizations_of(host))
    end

    # Errors have the `type` that is configured for those of a plugin.
    def organizations_of(host)
      return unless @config['onlyListedOrganizations']

      bases = @config['plugins']['settings'].each_value.map { |own| own.dig('config', 'errors', 'typeBase') }.compact
      options = { type_base: bases.first }.compact
      Schema::Organizations.new(exists: ->(id, _) { host.lists?(id) }, log: method(:log), **options)
    end

    def listen(app)
      @outbox = Outbox.new(->(message) { log(Gql::Abi::LOG_WARNING, message) })
      @server = UnblockedServer.new(app, @outbox, THREADS.merge(LIMITS, environment: 'production'))
      url = Listener.add(@server, @config)
      @server.run
      if @config['authentication']['demo']
        log(Gql::Abi::LOG_WARNING, 'demo: a request without a token acts as the actor "demo" with all grants')
      end
      if @instances
        log(Gql::Abi::LOG_INFO, 'each organization has an instance of its own, which requests name by the header X-Organization')
      end
      Authentication.leniencies(@config['authentication']).each { |warning| log(Gql::Abi::LOG_WARNING, warning) }
      log(Gql::Abi::LOG_INFO, "serving #{url}/graphql")
    end
  end
end
