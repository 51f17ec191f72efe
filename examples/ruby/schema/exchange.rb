# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'
require 'json'
require_relative '../gql/request'

module Schema
  # One request on its way through the schema: who asks, and how answers of plugins are waited for.
  class Exchange
    # Nanoseconds beyond the deadline. Only the plugin knows whether a change that was late was made, and says so if it can.
    PATIENCE = 10_000_000_000

    # Starts the calls of all fields that are due, then waits for them together.
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

    # `gone`: tells whether the client went away; may be nil.
    def initialize(actor, request, gone = nil)
      @actor = actor
      @request = request
      @gone = gone
    end

    # The value of a call that was started, once it is there. Mutations do without the data loader, see Schema::Executable.
    def value(call, context)
      later = call.answer.nil? && !context.query.mutation?
      result(later ? context.dataloader.with(Answers, self).load(call) : wait(call))
    end

    # Blocks this thread. A call that is given up here stays alive until the plugin completes it.
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
