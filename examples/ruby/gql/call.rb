# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'abi'

module Gql
  # The answer to a call: `json` and the `errors` inside it ({message, path, extensions}), or a GraphQL error with `code`,
  # `message` and `extensions` (JSON text).
  Answer = ::Struct.new(:json, :errors, :code, :message, :extensions, keyword_init: true) do
    def self.internal_error(message)
      new(code: Abi::CODE_INTERNAL_ERROR, message: message, extensions: '{}')
    end

    def resolved?
      !json.nil?
    end
  end

  # One call of a resolver or a loader: the memory that the plugin reads until the answer, and the answer.
  class Call
    TICK = 0.1 # Seconds.

    attr_reader :answer

    # Holds `request` and `selection`, because the garbage collector can't see that the struct points to them.
    def initialize(request, arguments:, parent: nil, selection: nil, response_name: nil)
      @request = request
      @selection = selection
      @struct = Abi::Call.make(arguments: Abi.bytes(arguments), arguments_size: arguments.bytesize,
                               parent: Abi.bytes(parent), parent_size: parent.to_s.bytesize,
                               selection: selection&.pointer, request: request.pointer,
                               response_name: Abi.bytes(response_name), response_name_size: response_name.to_s.bytesize)
      @mutex = Mutex.new
      @completed = ConditionVariable.new
    end

    def pointer
      @struct.pointer
    end

    # On any thread.
    def complete(answer)
      @mutex.synchronize do
        @answer = answer
        @thread = Thread.current
        @completed.broadcast
      end
    end

    # Whether this thread completed the call, inside the plugin's function.
    def completed_inline?
      @mutex.synchronize { @thread == Thread.current }
    end

    # Returns the answer, or nil at `deadline` (nanoseconds; nil: no deadline). Calls the block at least every
    # TICK.
    def wait(deadline = nil)
      @mutex.synchronize do
        until @answer
          rest = deadline ? (deadline - Request.now) / 1e9 : TICK
          break if rest <= 0

          yield if block_given?
          @completed.wait(@mutex, [rest, TICK].min)
        end
        @answer
      end
    end
  end
end
