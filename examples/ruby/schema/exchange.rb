# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'graphql'
require 'json'
require_relative '../gql/json_text'
require_relative '../gql/request'

module Schema
  # One request: who asks, and how it waits for the answers of plugins.
  class Exchange
    # Nanoseconds to wait beyond the deadline: only the plugin can say whether it made a change that came late.
    PATIENCE = 10_000_000_000
    # Bytes of the JSON of all arguments together: many fields can share one long variable.
    ARGUMENTS_LIMIT = 1 << 22

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

    # `organizations`: whether they exist, by ID, as far as the host was asked; nil: it can't say.
    attr_reader :actor, :request, :organizations

    # `gone` returns whether the client has disconnected; may be nil.
    def initialize(actor, request, gone = nil)
      @actor = actor
      @request = request
      @gone = gone
      @room = ARGUMENTS_LIMIT
      @organizations = {}
    end

    # Returns how long the request has until its deadline, or nil without one.
    def seconds_left
      @request.deadline && [(@request.deadline - Gql::Request.now) / 1e9, 0].max
    end

    # Whether the actor may create something in an organization. Plugins decide; IDs that no organization has are theirs to reject.
    def may_create_in?(id)
      return false unless @actor && id.valid_encoding? && id.bytesize.between?(1, Gql::Request::LONGEST_ORGANIZATION_ID)
      return false unless [nil, id].include?(@request.organization_id)

      @actor.grants.any? { |grant| [nil, id].include?(grant.organization_id) && grant.actions.anybits?(Gql::Abi::ACTION_CREATE) }
    end

    # Returns the JSON of arguments. Once the arguments of the request exceed the limit, it raises without writing any.
    def write(arguments)
      text = @room.negative? ? '' : Gql::JsonText.generate(arguments)
      @room -= text.bytesize
      return text unless @room.negative?

      raise GraphQL::ExecutionError.new("The arguments of all fields of a request must not exceed #{ARGUMENTS_LIMIT} bytes together",
                                        extensions: { 'code' => 'VALIDATION_ERROR' })
    end

    # Returns the value of a started call. Mutations do not use the data loader; see Schema::Executable.
    def value(call, context)
      return result(wait(call, unanswered: { outcome: 'unknown' })) if context.query.mutation?

      result(call.answer.nil? ? context.dataloader.with(Answers, self).load(call) : wait(call))
    end

    # Blocks this thread. After a timeout the call stays alive until the plugin completes it. `unanswered`: what the
    # error for that says besides.
    def wait(call, unanswered: {})
      deadline = @request.deadline && @request.deadline + PATIENCE
      call.wait(deadline) { @request.cancel if @gone&.call } || give_up(unanswered)
    end

    # Returns the value of an answer, with an ExecutionError in place of each null that the plugin explains: ruby-graphql
    # reports it with its full path. Raises the error of a rejected call.
    def result(answer)
      raise error(answer) unless answer.resolved?

      value = JSON.parse(answer.json)
      answer.errors.to_a.each { |error| value = with_error(value, error[:path], error) }
      value.is_a?(GraphQL::ExecutionError) ? raise(value) : value
    rescue JSON::ParserError => e
      raise "a plugin's answer is not JSON: #{e.message}"
    end

    private

    def give_up(more)
      @request.cancel
      Gql::Answer.new(code: 'SERVICE_UNAVAILABLE', message: 'There was no answer in time',
                      extensions: JSON.generate(status: 503, traceId: @request.trace_id, **more))
    end

    # Puts an error in place of the null at its path, or of a null above it. Of several errors for one null, the first is
    # reported. A path that does not lead to a null belongs to a field that was not selected.
    def with_error(value, path, error)
      return GraphQL::ExecutionError.new(error[:message], extensions: error[:extensions]) if value.nil?

      step, *rest = path
      value[step] = with_error(value[step], rest, error) if member?(value, step)
      value
    end

    def member?(value, step)
      case value
      when Hash then value.key?(step)
      when Array then step.is_a?(Integer) && step < value.size
      end
    end

    def error(answer)
      extensions = JSON.parse(answer.extensions)
      extensions = { 'code' => answer.code }.merge(extensions) unless extensions.key?('code')
      GraphQL::ExecutionError.new(answer.message, extensions: extensions)
    end
  end
end
