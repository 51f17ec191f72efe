# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'call'
require_relative 'request'
require_relative 'selection'

module Gql
  # One instance of a plugin, with its own configuration.
  class Instance
    LONGEST_REASON = 512

    attr_reader :plugin

    def initialize(library, pointer)
      @library = library
      @runtime = library.runtime
      @plugin = library.plugin
      @pointer = pointer
    end

    # Starts a call of a resolver or a loader of the descriptor; see Call#wait. `tree`: the selected fields; nil:
    # unknown. `response_name`: of a mutation; nil: unknown.
    def start(resolver, request, arguments, parent: nil, tree: nil, response_name: nil)
      call = Call.new(request, arguments: arguments, parent: parent, selection: tree && Selection.of(tree), response_name: response_name)
      @runtime.start(call, @pointer, resolver.function)
    end

    # How the instance fares: 'ok', 'degraded' or 'failed', and why, for an operator.
    def health
      check = @pointer && @plugin.health or return ['ok', '']

      reason = FFI::MemoryPointer.new(:char, LONGEST_REASON)
      code = check.call(@pointer, reason, LONGEST_REASON)
      [Abi::HEALTH[code] || Abi::HEALTH.last, reason.get_string(0, LONGEST_REASON).force_encoding(Encoding::UTF_8).scrub]
    end

    # The metrics of the instance, which may tell so many organizations apart.
    def metrics(organizations)
      @pointer ? @plugin.metrics(@pointer, organizations) : []
    end

    # Returns when the calls under way are completed. From now on the plugin answers with SERVICE_UNAVAILABLE.
    def drain
      @plugin.functions[:drain].call(@pointer)
    end

    # Blocks until no call is under way: each has been completed, and the plugin's function has returned.
    def close
      return unless @pointer

      drain
      @runtime.await(@pointer)
      @plugin.functions[:destroy].call(@pointer)
      @pointer = nil
    end
  end
end
