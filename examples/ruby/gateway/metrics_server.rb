# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'puma'
require 'puma/server'
require_relative 'listener'
require_relative 'process_metrics'
require_relative 'prometheus'

module Gateway
  # The address for those who watch the server: /metrics for Prometheus, and health with its reasons.
  class MetricsServer
    LIMITS = { min_threads: 1, max_threads: 4, first_data_timeout: 10, force_shutdown_after: 1 }.freeze
    NOT_FOUND = [404, { 'content-type' => 'text/plain' }, ["There is /metrics, /health/live, /health/ready\n"]].freeze

    # `plugins`: a PluginFolder. `settings`: `metrics` in the configuration. Returns a server that serves; stop it before the
    # plugins are closed.
    def self.start(plugins, health, settings, log)
      new(plugins, health, settings, log).tap(&:listen)
    end

    def initialize(plugins, health, settings, log)
      @plugins = plugins
      @health = health
      @settings = settings
      @log = log
    end

    def listen
      @server = Puma::Server.new(method(:call), Puma::Events.new($stderr, $stderr), { **LIMITS, environment: 'production' })
      url = Listener.add(@server, @settings)
      @server.run
      @log.call(Gql::Abi::LOG_INFO, "metrics at #{url}/metrics")
    end

    def stop
      @server.stop(true)
    end

    private

    # The Rack application.
    def call(env)
      return NOT_FOUND unless %w[GET HEAD].include?(env['REQUEST_METHOD'])
      return metrics if env['PATH_INFO'] == '/metrics'

      @health.answer(env['PATH_INFO'], reasons: true) || NOT_FOUND
    rescue StandardError => e
      @log.call(Gql::Abi::LOG_ERROR, "#{env['PATH_INFO']} failed: #{e.full_message(highlight: false)}")
      [500, { 'content-type' => 'text/plain' }, ["Internal error\n"]]
    end

    def metrics
      list = @plugins.metrics(@settings['organizations']) + ProcessMetrics.list
      [200, { 'content-type' => Prometheus::CONTENT_TYPE }, [Prometheus.write(list)]]
    end
  end
end
