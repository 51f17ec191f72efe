# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Gateway
  # Rejects a request with an HTTP status before it is executed. The client sees the message.
  class Rejection < StandardError
    # Of statuses for which BAD_REQUEST would say too little.
    CODES = { 401 => 'UNAUTHENTICATED', 403 => 'FORBIDDEN', 500 => 'INTERNAL_ERROR' }.freeze

    attr_reader :status, :headers, :code

    # `headers`: of the response. `code`: `extensions.code` of the error.
    def initialize(status, message, headers = {}, code = CODES.fetch(status, 'BAD_REQUEST'))
      super(message)
      @status = status
      @headers = headers
      @code = code
    end
  end
end
