# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'ffi'

module Gql
  # Functions for C, which may call them on any thread. They live as long as the object that includes this.
  module Callbacks
    private

    # An exception must not unwind into C: it is written to standard error, and `otherwise` returned.
    def callback(result, parameters, otherwise)
      function = FFI::Function.new(result, parameters) do |*arguments|
        yield(*arguments)
      rescue Exception => e
        warn("a function of the host failed: #{e.full_message(highlight: false)}")
        otherwise
      end
      (@callbacks ||= []) << function
      function
    end

    # A function that takes (…, level, message, size, trace ID), for lines up to `level`.
    def log_callback(log, level)
      callback(:void, %i[pointer uint32 pointer uint64 pointer], nil) do |_, line_level, message, size, trace_id|
        text = message.read_bytes(size).force_encoding(Encoding::UTF_8).scrub.tr("\r\n", ' ')
        log.call(line_level, text, trace_id.null? ? nil : trace_id.read_string) if line_level <= level
      end
    end
  end
end
