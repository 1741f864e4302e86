import Button from '@cloudscape-design/components/button';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useHref, useNavigate } from 'react-router';
import { useFollow } from '../../ui/follow.ts';
import { paths } from '../../ui/paths.ts';

interface BranchBarProps {
  readonly repository: string;
  readonly branch: string;
  readonly branches: readonly string[];
  /** What choosing another branch shows. */
  readonly page: 'tree' | 'commits';
}

/** Chooses the branch, and leads from its files to its commits and back. */
export function BranchBar({ repository, branch, branches, page }: BranchBarProps) {
  const navigate = useNavigate();
  const follow = useFollow();
  const to = (name: string): string =>
    page === 'tree' ? paths.tree(repository, name) : paths.commits(repository, name);
  const other = useHref(page === 'tree' ? paths.commits(repository, branch) : paths.tree(repository, branch));
  return (
    <SpaceBetween direction="horizontal" size="s" alignItems="end">
      <Select
        selectedOption={{ value: branch, label: branch }}
        options={branches.map((name) => ({ value: name, label: name }))}
        onChange={({ detail }) => void navigate(to(detail.selectedOption.value ?? branch))}
        inlineLabelText="Branch"
        ariaLabel="Branch"
        filteringType={branches.length > 10 ? 'auto' : 'none'}
        filteringAriaLabel="Find a branch"
        expandToViewport
      />
      <Button href={other} onFollow={follow}>
        {page === 'tree' ? 'Commits' : 'Files'}
      </Button>
    </SpaceBetween>
  );
}
