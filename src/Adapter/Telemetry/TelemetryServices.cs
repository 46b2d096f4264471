using Bridge.Adapter.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace Bridge.Adapter.Telemetry;

/// <summary>Logs to standard output or to a file, and the metrics.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        .AddSingleton<CallClock>()
        .AddSingleton<AdapterMetrics>()
        .AddSingleton<MetricsPage>();

    public static void AddQueuedConsole(this ILoggingBuilder logging, LogSettings settings, LogFile? file)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(settings.Level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        var json = settings.Format == LogFormat.Json;
        if (json)
        {
            logging.AddJsonConsole(console =>
            {
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }

        // The formatters of the console logger without its provider, which blocks the caller when the reader of the log is slow.
        logging.Services.RemoveAll<ILoggerProvider>();
        logging.Services
            .AddSingleton(provider => new QueuedLoggerProvider(
                provider.GetServices<ConsoleFormatter>(), json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple, file))
            .AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<QueuedLoggerProvider>())
            .AddSingleton(provider => provider.GetRequiredService<QueuedLoggerProvider>().Queue);
    }
}
