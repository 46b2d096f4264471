using System.Diagnostics.CodeAnalysis;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Telemetry.Export;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using static System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes;

namespace Bridge.Adapter.Telemetry;

/// <summary>Logs to standard output or to a file, and the metrics.</summary>
internal static class TelemetryServices
{
    private const string Time = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<CallClock>()
        .AddSingleton<AdapterMetrics>()
        .AddSingleton<MetricsPage>()
        .AddSingleton<Traces>()
        .AddSingleton(provider => new SpanSecrets(provider.GetRequiredService<AdapterSettings>().PluginEnvironment.Values))
        .AddSingleton<SpanLosses>()
        .AddHostedService<TraceExport>();

    public static IServiceCollection AddLog(this IServiceCollection services, LogSettings settings, LogFile? file)
    {
        var hasPriorities = file is null && settings.Priorities switch
        {
            LogPriorities.Always => true,
            LogPriorities.Never => false,
            _ => JournalStream.Is(JournalStream.StandardOutput),
        };
        var format = settings.Format == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple;
        services.AddLogging(logging => logging.AddConsole());
        // The formatters of the console logger without its provider, which blocks the caller when the reader of the log is slow.
        services.RemoveAll<ILoggerProvider>();
        return services
            .AddFormatterOptions(new JsonConsoleFormatterOptions { UseUtcTimestamp = true, TimestampFormat = Time })
            .AddFormatterOptions(new ConsoleFormatterOptions())
            .AddFormatterOptions(new SimpleConsoleFormatterOptions
            {
                SingleLine = true, UseUtcTimestamp = true, TimestampFormat = Time + " ", ColorBehavior = LoggerColorBehavior.Disabled,
            })
            .AddSingleton(provider => new QueuedLoggerProvider(provider.GetServices<ConsoleFormatter>(), format, file, hasPriorities))
            .AddSingleton(provider => provider.GetRequiredService<QueuedLoggerProvider>().Queue)
            .AddSingleton<ILoggerFactory>(provider => new LoggerFactory(
                [provider.GetRequiredService<QueuedLoggerProvider>()],
                new LoggerFilterOptions { MinLevel = settings.Level, Rules = { new(null, "Microsoft", LogLevel.Warning, null) } }));
    }

    /// <summary>
    /// The log of a class, made without the container's general rule for <c>ILogger&lt;T&gt;</c>, for which the runtime has to build a type
    /// at start: a millisecond each.
    /// </summary>
    public static IServiceCollection AddLogOf<T>(this IServiceCollection services) =>
        services.AddSingleton<ILogger<T>>(provider => new Logger<T>(provider.GetRequiredService<ILoggerFactory>()));

    // The options as they are: the library's would look for changes in configuration files.
    private static IServiceCollection AddFormatterOptions<[DynamicallyAccessedMembers(PublicParameterlessConstructor)] T>(
        this IServiceCollection services, T options)
        where T : ConsoleFormatterOptions => services.AddSingleton<IOptionsMonitor<T>>(new FixedOptions<T>(options));

    private sealed class FixedOptions<[DynamicallyAccessedMembers(PublicParameterlessConstructor)] T>(T value) : IOptionsMonitor<T>
    {
        public T CurrentValue => value;

        public T Get(string? name) => value;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}
