using System.Diagnostics;
using System.Globalization;
using Bridge.Testing.Browser;

namespace Bridge.Samples.Live;

/// <summary>An animated picture of a page, as Chromium shows it.</summary>
internal static class Recording
{
    private const int Width = 1280;
    private const int Height = 800;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(14);
    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(250);

    // Until connections and rates of the first seconds are there.
    private static readonly TimeSpan RunUp = TimeSpan.FromSeconds(6);

    /// <param name="page">Its address.</param>
    /// <param name="file">An animated WebP.</param>
    /// <param name="cancellationToken">Ends the recording.</param>
    public static async Task MakeAsync(Uri page, string file, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("cnm-cni-recording-");
        try
        {
            var frames = await FramesAsync(page, directory.FullName, cancellationToken);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await EncodeAsync(frames, file, cancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<(string File, int Milliseconds)>> FramesAsync(
        Uri address, string directory, CancellationToken cancellationToken)
    {
        await using var chromium = await Chromium.StartAsync();
        await using var page = await chromium.OpenAsync(address, Width, Height);
        await Task.Delay(RunUp, TimeProvider.System, cancellationToken);
        var frames = new List<(string, int)>();
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < Length)
        {
            var (file, taken) = (Path.Combine(directory, $"{frames.Count:d4}.png"), Stopwatch.GetTimestamp());
            await page.Page.ScreenshotAsync(file);
            var rest = BetweenFrames - Stopwatch.GetElapsedTime(taken);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, TimeProvider.System, cancellationToken);
            frames.Add((file, (int)Stopwatch.GetElapsedTime(taken).TotalMilliseconds));
        }

        return frames;
    }

    private static async Task EncodeAsync(
        IReadOnlyList<(string File, int Milliseconds)> frames, string file, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("img2webp") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-loop", "0", "-mixed", .. frames.SelectMany(Frame), "-o", file])
            start.ArgumentList.Add(argument);

        using var encoder = Process.Start(start) ?? throw new InvalidOperationException("img2webp did not start.");
        var said = encoder.StandardError.ReadToEndAsync(cancellationToken);
        await encoder.StandardOutput.ReadToEndAsync(cancellationToken);
        await encoder.WaitForExitAsync(cancellationToken);
        if (encoder.ExitCode != 0)
            throw new InvalidOperationException($"img2webp ended with exit code {encoder.ExitCode}.\n{await said}");
    }

    private static string[] Frame((string File, int Milliseconds) frame) =>
        ["-d", frame.Milliseconds.ToString(CultureInfo.InvariantCulture), "-lossy", "-q", "75", "-m", "4", frame.File];
}
