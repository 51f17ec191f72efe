# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Gateway
  # Writes metrics in the text format of Prometheus, version 0.0.4, named as OpenTelemetry's compatibility with it has it.
  module Prometheus
    CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
    TYPES = { 'updowncounter' => 'gauge' }.freeze # The others have the same name.
    UNITS = { 's' => '_seconds', 'By' => '_bytes' }.freeze
    ESCAPES = { '\\' => '\\\\', "\n" => '\n', '"' => '\"' }.freeze

    # `metrics`: as Gql::Metrics has them.
    def self.write(metrics)
      metrics.map { |metric| family(metric) }.join("\n")
    end

    def self.family(metric)
      name, description, kind = name_of(metric), *metric.values_at('description', 'kind')
      lines = ["# HELP #{name} #{description.gsub(/[\\\n]/, ESCAPES)}", "# TYPE #{name} #{TYPES.fetch(kind, kind)}"]
      samples = metric['points'].flat_map { |point| kind == 'histogram' ? histogram(name, metric['bounds'], point) : [sample(name, point)] }
      [*lines, *samples, ''].join("\n")
    end

    def self.name_of(metric)
      "#{underscored(metric['name'])}#{UNITS[metric['unit']]}#{'_total' if metric['kind'] == 'counter'}"
    end

    def self.underscored(name)
      name.tr('.', '_')
    end

    def self.sample(name, point, value = point['value'], more = {})
      labels = { **point['attributes'], **more }.map { |label, text| "#{underscored(label)}=\"#{text.to_s.gsub(/[\\\n"]/, ESCAPES)}\"" }
      "#{name}#{"{#{labels.join(',')}}" unless labels.empty?} #{value}"
    end

    # In Prometheus, a bucket holds those below it, too.
    def self.histogram(name, bounds, point)
      below = 0
      buckets = [*bounds, '+Inf'].zip(point['buckets']).map { |le, count| sample("#{name}_bucket", point, below += count, { 'le' => le }) }
      buckets + %w[sum count].map { |member| sample("#{name}_#{member}", point, point[member]) }
    end

    private_class_method :family, :name_of, :underscored, :sample, :histogram
  end
end
