# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative '../gql/abi'

module Gateway
  # How the server fares. Anybody may ask, so only the log, and the address of the metrics, have the reasons,
  # which may name files.
  class Health
    LEVELS = { 'ok' => Gql::Abi::LOG_INFO, 'degraded' => Gql::Abi::LOG_WARNING, 'failed' => Gql::Abi::LOG_ERROR }.freeze

    JSON_TYPE = { 'content-type' => 'application/json' }.freeze

    # `health` is PluginFolder#health; `log` takes (level, message).
    def initialize(health, log)
      @health = health
      @log = log
      @latest = Hash.new { |_, id| "health of #{id}: ok" }
      @mutex = Mutex.new
    end

    # From now on the server is not ready.
    def stop
      @stopping = true
    end

    # Answers a request for the health; nil if the path is another. Live: the process serves. Ready, and /health: requests may
    # come; 503 if a plugin has failed, or the server stops. With `reasons`, for operators, there is the state of each plugin.
    def answer(path, reasons: false)
      return respond(200, status: 'ok') if path == '/health/live'
      return unless ['/health', '/health/ready'].include?(path)

      status, plugins = state
      respond(%w[failed stopping].include?(status) ? 503 : 200, status: status, **(reasons ? { plugins: plugins } : {}))
    end

    private

    def respond(code, body)
      [code, JSON_TYPE, [JSON.generate(body)]]
    end

    # The worst status of the plugins, and theirs. Logs each change that it sees, once.
    def state
      plugins = @health.call
      @mutex.synchronize { plugins.each { |plugin| note(**plugin) } }
      worst = %w[failed degraded].find { |word| plugins.any? { |plugin| plugin[:status] == word } } || 'ok'
      [@stopping ? 'stopping' : worst, plugins]
    end

    def note(id:, status:, reason:)
      message = "health of #{id}: #{status}#{": #{reason}" unless status == 'ok'}"
      return if message == @latest[id]

      @latest[id] = message
      @log.call(LEVELS.fetch(status), message)
    end
  end
end
