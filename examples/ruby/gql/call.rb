# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'abi'

module Gql
  # What a call came to: `json`, or an error of GraphQL with `code`, `message` and `extensions` (JSON too).
  Answer = ::Struct.new(:json, :code, :message, :extensions, keyword_init: true) do
    def self.internal_error(message)
      new(code: 'INTERNAL_ERROR', message: message, extensions: '{}')
    end

    def resolved?
      !json.nil?
    end
  end

  # One call of a resolver or loader: what is lent to the plugin until the answer, and the answer.
  class Call
    TICK = 0.1 # Seconds.

    attr_reader :answer

    # `request` and `selection` are held here since the garbage collector can't see that the struct points into them.
    def initialize(request, arguments:, parent: nil, selection: nil)
      @request = request
      @selection = selection
      @struct = Abi::Call.make(arguments: Abi.bytes(arguments), arguments_size: arguments.bytesize,
                               parent: Abi.bytes(parent), parent_size: parent.to_s.bytesize,
                               selection: selection&.pointer, request: request.pointer)
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

    # Whether this thread completed it, from inside the plugin's function.
    def completed_inline?
      @mutex.synchronize { @thread == Thread.current }
    end

    # The answer, or nil if there is none by `deadline` (nanoseconds; nil: waits on). The block is called now and then.
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
