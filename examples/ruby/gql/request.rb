# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'abi'

module Gql
  # Who asks. `kind` is an Abi::ACTOR_…; nil: unknown. A grant holds an organization's ID, or nil for all, and a set of
  # Abi::ACTION_….
  Actor = ::Struct.new(:id, :grants, :kind)
  Grant = ::Struct.new(:organization_id, :actions)

  # What plugins learn with each call of one request.
  class Request
    # The time of CLOCK_MONOTONIC in nanoseconds, the clock of deadlines.
    def self.now
      Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
    end

    attr_reader :trace_id, :occurrence, :deadline, :organization_id

    LONGEST_ORGANIZATION_ID = 255 # Bytes. Plugins may take shorter ones only.

    # The members of gql_request that are texts with a size, and those that are NUL-terminated.
    SIZED = %i[organization_id user_agent idempotency_key].freeze
    TEXTS = %i[trace_id locale occurrence client_address].freeze

    # `deadline`: a time of `now`; nil: none. `texts`: TEXTS and SIZED; nil or missing: not known.
    def initialize(actor: nil, source: Abi::SOURCE_UNKNOWN, source_type: Abi::SOURCE_TYPE_UNKNOWN, deadline: nil, **texts)
      unknown = texts.keys - TEXTS - SIZED
      raise ArgumentError, "unknown: #{unknown.join(', ')}" if unknown.any?

      check([*texts.values, actor&.id, *actor&.grants&.map(&:organization_id)].compact)
      raise ArgumentError, 'a text without a size holds NUL' if texts.values_at(*TEXTS).compact.any? { |text| text.include?("\0") }

      @trace_id, @occurrence, @organization_id = texts.values_at(:trace_id, :occurrence, :organization_id)
      @deadline = deadline
      @cancelled = FFI::MemoryPointer.new(:uint32)
      @struct = Abi::Request.make(source: source, source_type: source_type, deadline: deadline || 0, cancelled: @cancelled)
      texts.each { |name, text| @struct[name] = Abi.bytes(text) }
      SIZED.each { |name| @struct[:"#{name}_size"] = texts[name].to_s.bytesize }
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

    # Two different strings must not become one for plugins.
    def check(texts)
      raise ArgumentError, 'a text of a request is not UTF-8' unless texts.all?(&:valid_encoding?)
    end

    def name(actor)
      @struct[:actor_id] = Abi.bytes(actor.id)
      @struct[:actor_id_size] = actor.id.bytesize
      @struct[:actor_kind] = actor.kind || Abi::ACTOR_UNKNOWN
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
