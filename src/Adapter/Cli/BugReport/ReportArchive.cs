using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Bridge.Adapter.Redaction;

namespace Bridge.Adapter.Cli.BugReport;

/// <summary>Writes the parts without their secrets into a tar.gz.</summary>
internal static class ReportArchive
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates the archive's file, mode 0600.</summary>
    /// <exception cref="IOException">It is there already, or cannot be created.</exception>
    public static FileStream Create(string path) => new(
        path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });

    /// <summary>Takes secrets out of all parts: first those of all are learned, so that one part's are found in the others.</summary>
    public static IReadOnlyList<ReportPart> WithoutSecrets(IReadOnlyList<ReportPart> parts, IEnumerable<string> known)
    {
        var redactor = new Redactor(known);
        foreach (var part in parts.Where(part => part.Text is not null))
            redactor.Learn(part.Text!);

        return [.. parts.Select(part => part with
        {
            Text = part.Text is { } text ? redactor.Json(Encoding.UTF8.GetBytes(text), indented: true) ?? redactor.Text(text) : null,
            Problem = part.Problem is { } problem ? redactor.Text(problem) : null,
        })];
    }

    /// <param name="file">Where to.</param>
    /// <param name="directory">All parts are below it.</param>
    /// <param name="parts">Without secrets.</param>
    /// <param name="now">The time of the files.</param>
    public static void Write(Stream file, string directory, IReadOnlyList<ReportPart> parts, DateTimeOffset now)
    {
        using var compressed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
        using var archive = new TarWriter(compressed, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var part in parts.Where(part => part.Text is not null))
        {
            archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{directory}/{part.Name}")
            {
                Mode = OwnerOnly,
                ModificationTime = now,
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(part.Text!)),
            });
        }
    }
}
