# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'puma/client'

module Gateway
  # Puma stores a body of any length in a file before it calls the application. This ends the connection
  # of a client that sends far more than the application takes, with status 400.
  module LimitedBody
    MOST = 1 << 24 # Bytes. Up to here the application answers with 413.

    private

    def setup_body
      check_body(env['CONTENT_LENGTH'].to_s.delete('^0-9').to_i)
      super
    end

    def write_chunk(text)
      check_body(@chunked_content_length + text.bytesize)
      super
    end

    def check_body(size)
      raise Puma::HttpParserError, "a body of more than #{MOST} bytes" if size > MOST
    end
  end
end

Puma::Client.prepend(Gateway::LimitedBody)
