# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'abi'

module Gql
  # Who asks. A grant holds an organization's ID, or nil for all, and a set of Abi::ACTION_….
  Actor = ::Struct.new(:id, :grants)
  Grant = ::Struct.new(:organization_id, :actions)

  # What plugins learn with each call of one request.
  class Request
    # The time of CLOCK_MONOTONIC in nanoseconds, the clock of deadlines.
    def self.now
      Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
    end

    attr_reader :trace_id, :deadline

    # `deadline`: a time of `now`; nil: none.
    def initialize(actor: nil, source: Abi::SOURCE_UNKNOWN, trace_id: nil, locale: nil, instance: nil, deadline: nil)
      @trace_id = trace_id
      @deadline = deadline
      @cancelled = FFI::MemoryPointer.new(:uint32)
      @struct = Abi::Request.make(source: source, trace_id: Abi.bytes(trace_id), locale: Abi.bytes(locale),
                                  instance: Abi.bytes(instance), deadline: deadline || 0, cancelled: @cancelled)
      name(actor) if actor
    end

    def pointer
      @struct.pointer
    end

    # An aligned 32-bit store, which is atomic on every processor that Ruby supports.
    def cancel
      @cancelled.write_uint32(1)
    end

    def cancelled?
      @cancelled.read_uint32 == 1
    end

    private

    def name(actor)
      @struct[:actor_id] = Abi.bytes(actor.id)
      @struct[:actor_id_size] = actor.id.bytesize
      @grants = actor.grants.map do |grant|
        Abi::Grant.make(actions: grant.actions, organization_id: Abi.bytes(grant.organization_id),
                        organization_id_size: grant.organization_id.to_s.bytesize)
      end
      return if @grants.empty?

      @struct[:grants] = FFI::MemoryPointer.new(:pointer, @grants.size).write_array_of_pointer(@grants.map(&:pointer))
      @struct[:grant_count] = @grants.size
    end
  end
end
