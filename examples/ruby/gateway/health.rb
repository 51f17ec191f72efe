# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative '../gql/abi'

module Gateway
  # Answers GET /health. Anybody may ask, so only the log has the reasons, which may name files.
  class Health
    LEVELS = { 'ok' => Gql::Abi::LOG_INFO, 'degraded' => Gql::Abi::LOG_WARNING, 'failed' => Gql::Abi::LOG_ERROR }.freeze

    # `health` is PluginFolder#health; `log` takes (level, message).
    def initialize(health, log)
      @health = health
      @log = log
      @latest = Hash.new { |_, id| "health of #{id}: ok" }
      @mutex = Mutex.new
    end

    # Returns the worst status of the plugins, with 503 if one has failed. Logs each change that it sees, once.
    def answer
      plugins = @health.call
      @mutex.synchronize { plugins.each { |plugin| note(**plugin) } }
      status = %w[failed degraded].find { |word| plugins.any? { |plugin| plugin[:status] == word } } || 'ok'
      [status == 'failed' ? 503 : 200, { 'content-type' => 'application/json' }, [JSON.generate(status: status)]]
    end

    private

    def note(id:, status:, reason:)
      message = "health of #{id}: #{status}#{": #{reason}" unless status == 'ok'}"
      return if message == @latest[id]

      @latest[id] = message
      @log.call(LEVELS.fetch(status), message)
    end
  end
end
