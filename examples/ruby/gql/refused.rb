# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Gql
  # Why a plugin can't be used: all the reasons.
  class Refused < StandardError
    attr_reader :path, :reasons

    def initialize(path, *reasons)
      @path = path
      @reasons = reasons
      super("#{path}: #{reasons.join(' ')}")
    end
  end
end
