# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'abi'
require_relative 'call'
require_relative 'callbacks'
require_relative 'metrics'
require_relative 'reply'

module Gql
  # The host as plugins see it: replies, the log, the clock.
  class Runtime
    include Callbacks

    LARGEST_REPLY = 16 << 20 # Bytes.
    MOST_SET_ASIDE = 1000
    MISUSES = %w[stale-reply overrun not-completed return-code bad-error].freeze # What this host finds.

    # `identity`: name, version, log and log level, for another runtime beside this one.
    attr_reader :misuses, :identity

    # `log` takes (level, message, trace_id or nil) on any thread. `clock` returns Unix milliseconds; nil: plugins
    # use the system's clock.
    def initialize(name:, version:, log: nil, log_level: Abi::LOG_INFO, clock: nil, largest_reply: LARGEST_REPLY)
      @identity = { name: name, version: version, log: log, log_level: log_level }
      @log = log
      @largest_reply = largest_reply
      @replies = {}
      @last_handle = 0
      @set_aside = []
      @misuses = Hash.new(0)
      @under_way = Hash.new(0) # The number of calls by the address of the instance.
      @mutex = Mutex.new
      @idle = ConditionVariable.new
      @extensions = { Abi::EXT_LOG => log && log_struct(log_level), Abi::EXT_CLOCK => clock && clock_struct(clock) }
      @host = host_struct(name, version)
    end

    # `const gql_host *`, for init and create.
    def pointer
      @host.pointer
    end

    # The number of calls under way: not completed, or not returned from the plugin.
    def pending
      @mutex.synchronize { @under_way.each_value.sum }
    end

    # What the host has counted.
    def metrics
      misuses = @mutex.synchronize { @misuses.dup }
      kinds = (MISUSES | misuses.keys).to_h { |kind| [{ 'error.type' => kind }, misuses[kind]] }
      [Metrics.make(Metrics::CALLS, 'updowncounter', '{call}', 'Calls of plugins under way', { {} => pending }),
       Metrics.make(Metrics::MISUSES, 'counter', '{misuse}', 'How often plugins broke the contract, such as by a stale reply', kinds)]
    end

    # Returns when no call of an instance is under way.
    def await(instance)
      @mutex.synchronize { @idle.wait(@mutex) while @under_way.key?(instance.address) }
    end

    # Calls a resolver or a loader. The plugin completes the call before this returns, or later on its own
    # thread.
    def start(call, instance, function)
      reply = register(call, instance.address)
      code = function.call(instance, call.pointer, reply.pointer)
      conclude(reply, code)
      call
    ensure
      finish(reply, :returned) if reply
    end

    # Counts a misuse of the ABI by a plugin. Only the 1st, 2nd, 4th, 8th, … is logged, so as not to flood the
    # log.
    def misuse(kind)
      count = @mutex.synchronize { @misuses[kind] += 1 }
      return unless (count & (count - 1)).zero?

      @log&.call(Abi::LOG_ERROR, "a plugin broke the contract: #{kind}, #{count} times so far", nil)
    end

    private

    # A handle is a number that is never reused, so that a late completion finds nothing. The table keeps what
    # the plugin may access alive.
    def register(call, instance)
      @mutex.synchronize do
        @last_handle += 1
        @under_way[instance] += 1
        @replies[@last_handle] = Reply.new(@last_handle, call, instance, @largest_reply)
      end
    end

    # `event`: see Reply#done?.
    def finish(reply, event)
      @mutex.synchronize do
        next unless reply.done?(event)

        @under_way.delete(reply.instance) if (@under_way[reply.instance] -= 1).zero?
        @idle.broadcast
      end
    end

    def complete(reply, answer)
      reply.call.complete(answer)
      finish(reply, :completed)
    end

    def settle(handle)
      reply = @mutex.synchronize { @replies.delete(handle) }
      unless reply
        misuse('stale-reply')
        return Abi::E_STALE_REPLY
      end
      complete(reply, answer_of(reply) { yield(reply) })
      Abi::OK
    end

    # Must return an answer whatever happens, because a thread waits for it.
    def answer_of(reply)
      return yield unless reply.overrun?

      misuse('overrun')
      set_aside(reply)
      Answer.internal_error('The plugin wrote beyond its reply.')
    rescue StandardError, NoMemoryError => e
      @log&.call(Abi::LOG_ERROR, "an answer was lost: #{e.full_message(highlight: false)}", nil)
      Answer.internal_error('The host could not take the answer.')
    end

    def rejection(pointer)
      error = error_at(pointer)
      return Answer.new(code: error.text(:code), message: message_of(error), extensions: extensions_of(error)) if error

      misuse('bad-error')
      Answer.internal_error('The plugin gave no reason.')
    end

    # Returns the gql_error at a pointer, or nil if it has no code or message, or is not one of this version.
    def error_at(pointer)
      error = Abi::Error.new(pointer) unless pointer.null?
      error if error&.fits? && error[:reserved].zero? && !error.text(:code).to_s.empty? && error.read(:message)
    end

    # A message of size 0 is still a message.
    def message_of(error)
      error.sized_text(:message, :message_size).to_s.scrub
    end

    def extensions_of(error)
      error.sized_text(:extensions, :extensions_size) || '{}'
    end

    # Adds an error inside a value.
    def add_error(handle, pointer)
      partial = partial_error(pointer)
      return Abi::E_MISUSE.tap { misuse('bad-error') } unless partial

      @mutex.synchronize do
        reply = @replies[handle]
        return reply.add_error(partial) if reply
      end
      misuse('stale-reply')
      Abi::E_STALE_REPLY
    end

    # Returns {message, path, extensions}, or nil for an error that is incomplete or not JSON.
    def partial_error(pointer)
      error = error_at(pointer) or return
      path = JSON.parse(error.sized_text(:path, :path_size) || '[]')
      extensions = JSON.parse(extensions_of(error))
      valid = path.is_a?(Array) && path.all? { |step| step.is_a?(String) || (step.is_a?(Integer) && step >= 0) }
      return unless valid && extensions.is_a?(Hash)

      { message: message_of(error), path: path, extensions: { 'code' => error.text(:code) }.merge(extensions) }
    rescue JSON::ParserError
      nil
    end

    # Checks the return code against the completion; see gql_resolve_fn.
    def conclude(reply, code)
      if reply.call.completed_inline?
        misuse('return-code') unless code == Abi::OK
      elsif code == Abi::OK
        misuse('not-completed') if answer_for_plugin(reply, 'The plugin did not complete the call.')
      elsif code != Abi::PENDING
        answered = answer_for_plugin(reply, 'The plugin did not accept the call.')
        misuse('return-code') unless answered && code.negative?
      end
    end

    # Returns false if another thread has completed the call.
    def answer_for_plugin(reply, message)
      return false unless @mutex.synchronize { @replies.delete(reply.handle) }

      set_aside(reply)
      complete(reply, Answer.internal_error(message))
      true
    end

    # Keeps the memory of a reply, because a plugin that misused it may still write into it.
    def set_aside(reply)
      @mutex.synchronize do
        @set_aside << reply
        @set_aside.shift if @set_aside.size > MOST_SET_ASIDE
      end
    end

    def grow(handle, more)
      @mutex.synchronize do
        reply = @replies[handle]
        return reply.grow(more) if reply
      end
      misuse('stale-reply')
      Abi::E_STALE_REPLY
    end

    def host_struct(name, version)
      Abi::Host.make(
        abi_major: Abi::ABI_MAJOR, abi_minor: Abi::ABI_MINOR, name: Abi.bytes(name), version: Abi.bytes(version),
        reply_grow: callback(:int32, %i[pointer uint64 uint64], Abi::E_MISUSE) { |_, handle, more| grow(handle, more) },
        reply_resolve: callback(:int32, %i[pointer uint64], Abi::E_MISUSE) do |_, handle|
          settle(handle) { |reply| Answer.new(json: reply.json, errors: reply.errors) }
        end,
        reply_reject: callback(:int32, %i[pointer uint64 pointer], Abi::E_MISUSE) do |_, handle, error|
          settle(handle) { rejection(error) }
        end,
        extension: callback(:pointer, %i[pointer pointer], nil) { |_, id| extension(id) },
        reply_error: callback(:int32, %i[pointer uint64 pointer], Abi::E_MISUSE) { |_, handle, error| add_error(handle, error) }
      )
    end

    def extension(id)
      id.null? ? nil : @extensions[id.read_string]&.pointer
    end

    def log_struct(level)
      Abi::Log.make(level: level, write: log_callback(@log, level))
    end

    def clock_struct(clock)
      Abi::Clock.make(unix_milliseconds: callback(:int64, %i[pointer], 0) { clock.call })
    end
  end
end
