# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative 'abi'

module Gql
  # The buffer into which the plugin writes one answer, the gql_reply that describes it, and the errors inside the answer.
  class Reply
    FIRST_CAPACITY = 4096

    attr_reader :handle, :call, :instance, :errors

    # `instance`: the address of the instance that is called.
    def initialize(handle, call, instance, limit)
      @handle = handle
      @call = call
      @instance = instance
      @limit = limit
      @errors = []
      @errors_size = 0
      @done = []
      @struct = Abi::Reply.make(handle: handle)
      move([FIRST_CAPACITY, limit].min)
    end

    def pointer
      @struct.pointer
    end

    # Returns a code of the ABI.
    def grow(more)
      return Abi::E_MISUSE if overrun?

      needed = @struct[:size] + more
      return Abi::E_LIMIT if needed > @limit

      move([needed, [@capacity * 2, @limit].min].max) if needed > @capacity
      Abi::OK
    rescue NoMemoryError
      Abi::E_NO_MEMORY
    end

    # Adds an error (a Hash) that explains a null inside the value. Returns a code of the ABI.
    def add_error(error)
      @errors_size += JSON.generate(error).bytesize
      return Abi::E_LIMIT if @errors_size > @limit

      @errors << error
      Abi::OK
    end

    # Notes that the call has been completed (:completed), or that the plugin's function has returned (:returned).
    # Returns true when both have happened: the call is no longer under way.
    def done?(event)
      @done |= [event]
      @done.size == 2
    end

    # Whether the plugin wrote beyond the buffer, or changed a member that only the host may change.
    def overrun?
      @struct[:size] > @capacity || @struct[:capacity] != @capacity || @struct[:data] != @buffer
    end

    def json
      @buffer.read_bytes(@struct[:size]).force_encoding(Encoding::UTF_8)
    end

    private

    def move(capacity)
      buffer = FFI::MemoryPointer.new(:char, capacity, false)
      buffer.put_bytes(0, @buffer.read_bytes(@struct[:size])) if @buffer
      @struct[:data] = @buffer = buffer
      @struct[:capacity] = @capacity = capacity
    end
  end
end
