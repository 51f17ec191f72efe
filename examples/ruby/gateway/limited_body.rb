# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'puma/client'

module Gateway
  # Puma stores a body of any length in a file before it calls the application. If a client announces far
  # more than the application takes, this calls the application without the body, to be answered with 413,
  # and closes the connection. If a client sends as much in chunks, this ends the connection with status 400.
  module LimitedBody
    MOST = 1 << 24 # Bytes. Up to here the application answers with 413.

    private

    def setup_body
      size = env['CONTENT_LENGTH'].to_s
      size.match?(/\A\d+\z/) && size.to_i > MOST ? leave_body : super
    end

    # The instance variables are those of Puma 5 for a request without a body.
    def leave_body
      env['HTTP_CONNECTION'] = 'close'
      @read_header = false
      @buffer = nil
      @body = Puma::Client::EmptyBody
      set_ready
      true
    end

    def write_chunk(text)
      raise Puma::HttpParserError, "a body of more than #{MOST} bytes" if @chunked_content_length + text.bytesize > MOST

      super
    end
  end
end

Puma::Client.prepend(Gateway::LimitedBody)
