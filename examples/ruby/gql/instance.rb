# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'call'
require_relative 'request'
require_relative 'selection'

module Gql
  # One instance of a plugin, with a configuration of its own.
  class Instance
    attr_reader :plugin

    def initialize(library, pointer)
      @library = library
      @runtime = library.runtime
      @plugin = library.plugin
      @pointer = pointer
    end

    # Starts a call of a resolver or loader of the descriptor's; see Call#wait. `tree`: what is selected, nil: unknown.
    def start(resolver, request, arguments, parent: nil, tree: nil)
      call = Call.new(request, arguments: arguments, parent: parent, selection: tree && Selection.of(tree))
      @runtime.start(call, @pointer, resolver.function)
    end

    # Returns when what is under way is completed. From then on the plugin answers with SERVICE_UNAVAILABLE.
    def drain
      @plugin.functions[:drain].call(@pointer)
    end

    # May block: what is under way is finished first.
    def close
      return unless @pointer

      drain
      @plugin.functions[:destroy].call(@pointer)
      @pointer = nil
    end
  end
end
