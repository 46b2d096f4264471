using Bridge.Adapter.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace Bridge.Adapter.Telemetry;

/// <summary>Logs go to standard output, and whoever starts the daemon keeps them; or to a file.</summary>
internal static class BridgeLogging
{
    public static void AddBridgeLogging(this ILoggingBuilder logging, LogSettings settings, LogFile? file)
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

        // The formatters of those, and not their provider: it makes who logs wait for who reads.
        logging.Services.RemoveAll<ILoggerProvider>();
        logging.Services
            .AddSingleton(provider => new QueuedLoggerProvider(
                provider.GetServices<ConsoleFormatter>(), json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple, file))
            .AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<QueuedLoggerProvider>())
            .AddSingleton(provider => provider.GetRequiredService<QueuedLoggerProvider>().Queue);
    }
}
