using System.Diagnostics;
using System.Text.Json;

namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>Programs that know the kernel better than we do: iproute2 for what is, a C compiler for what the headers say.</summary>
internal static class Tool
{
    public static string Run(string program, params IEnumerable<string> arguments)
    {
        var (exitCode, output, error) = Try(program, arguments);
        return exitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exitCode}: {error}");
    }

    public static (int ExitCode, string Output, string Error) Try(string program, IEnumerable<string> arguments, string? input = null)
    {
        var start =
            new ProcessStartInfo(
                program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Runs ip(8) in the namespace at the path.</summary>
    public static string Ip(string netns, string arguments) =>
        Run("nsenter", [$"--net={netns}", "ip", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    public static List<JsonElement> IpJson(string netns, string arguments)
    {
        var output = Ip(netns, $"-j -d -N {arguments}");
        return output.Trim().Length == 0
            ? []
            : [.. JsonDocument.Parse(output).RootElement.EnumerateArray().Where(element => element.EnumerateObject().Any())];
    }

    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));
}
