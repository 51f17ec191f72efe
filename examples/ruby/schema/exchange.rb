# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'
require 'json'
require_relative '../gql/request'

module Schema
  # One request: who asks, and how it waits for the answers of plugins.
  class Exchange
    # Nanoseconds to wait beyond the deadline: only the plugin can say whether it made a change that came late.
    PATIENCE = 10_000_000_000

    # Lets the data loader start the calls of all fields that are ready, and then wait for them together.
    class Answers < GraphQL::Dataloader::Source
      def self.batch_key_for(_exchange)
        nil
      end

      def initialize(exchange)
        @exchange = exchange
      end

      def fetch(calls)
        calls.map { |call| @exchange.wait(call) }
      end
    end

    attr_reader :actor, :request

    # `gone` returns whether the client has disconnected; may be nil.
    def initialize(actor, request, gone = nil)
      @actor = actor
      @request = request
      @gone = gone
    end

    # Returns the value of a started call. Mutations do not use the data loader; see Schema::Executable.
    def value(call, context)
      later = call.answer.nil? && !context.query.mutation?
      result(later ? context.dataloader.with(Answers, self).load(call) : wait(call))
    end

    # Blocks this thread. After a timeout the call stays alive until the plugin completes it.
    def wait(call)
      deadline = @request.deadline && @request.deadline + PATIENCE
      call.wait(deadline) { @request.cancel if @gone&.call } || give_up
    end

    def result(answer)
      raise error(answer) unless answer.resolved?

      JSON.parse(answer.json)
    rescue JSON::ParserError => e
      raise "a plugin's answer is not JSON: #{e.message}"
    end

    private

    def give_up
      @request.cancel
      Gql::Answer.new(code: 'SERVICE_UNAVAILABLE', message: 'There was no answer in time',
                      extensions: JSON.generate(status: 503, traceId: @request.trace_id))
    end

    def error(answer)
      extensions = JSON.parse(answer.extensions)
      extensions = { 'code' => answer.code }.merge(extensions) unless extensions.key?('code')
      GraphQL::ExecutionError.new(answer.message, extensions: extensions)
    end
  end
end
